namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>Whether a root file system is mounted over a layer, as the kernel tells: it may be of a container that outlived the LiteKube that made it.</summary>
internal static class MountedLayers
{
    private const string Mounts = "/proc/self/mountinfo";

    public static bool Contain(string layerName) => Are([layerName]);

    /// <summary>All of them in one mount. Of an image without layers nothing can be mounted.</summary>
    public static bool Are(IEnumerable<string> layerNames)
    {
        var names = layerNames.ToList();
        return names.Count > 0 && File.Exists(Mounts)
            && File.ReadLines(Mounts).Any(l => l.Contains(" overlay ", StringComparison.Ordinal) && names.All(n => l.Contains(n, StringComparison.Ordinal)));
    }
}
