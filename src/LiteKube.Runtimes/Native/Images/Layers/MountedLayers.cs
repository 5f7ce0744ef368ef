namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>Whether a root file system is mounted over a layer, as the kernel tells: it may be of a container that outlived the LiteKube that made it.</summary>
internal static class MountedLayers
{
    private const string Mounts = "/proc/self/mountinfo";

    public static bool Contain(string layerName) =>
        File.Exists(Mounts) && File.ReadLines(Mounts).Any(l => l.Contains(" overlay ", StringComparison.Ordinal) && l.Contains(layerName, StringComparison.Ordinal));
}
