using LiteKube.Runtimes.Native.Kernel;

namespace LiteKube.Runtimes.Native.Containers;

/// <summary>A container's root: the image's layers, and one of its own above them, joined by overlayfs.</summary>
internal static class RootFileSystem
{
    private const int LongestOptions = 4000;

    /// <exception cref="IOException">The kernel refused.</exception>
    public static void Mount(ContainerPaths paths, IReadOnlyList<string> layers)
    {
        foreach (var directory in (string[])[paths.Root, paths.Upper, paths.Work])
            Directory.CreateDirectory(directory);
        if (layers.Count == 0)
        {
            // An image without files: overlayfs wants one layer at least.
            var empty = Path.Combine(paths.Directory, "empty");
            Directory.CreateDirectory(empty);
            layers = [empty];
        }

        var options = Options(layers, paths);
        if (options.Length <= LongestOptions)
            MountHere(paths.Root, options);
        else
            MountShortened(paths, layers);
    }

    /// <summary>Nothing in it survives the boot, so nothing is synced: unmounting does not wait for the disk. Kernels before 5.10 do not know that.</summary>
    private static void MountHere(string target, string options)
    {
        if (Libc.Mount("overlay", target, "overlay", 0, options + ",volatile") != 0)
            Libc.Check(Libc.Mount("overlay", target, "overlay", 0, options), $"mount the root file system {target}");
    }

    /// <summary>All layers share one page in the call; named from the directory that they are all in, far more of them fit.</summary>
    private static void MountShortened(ContainerPaths paths, IReadOnlyList<string> layers)
    {
        var common = Path.GetDirectoryName(layers[0])!;
        while (!layers.All(l => l.StartsWith(common + "/", StringComparison.Ordinal)))
            common = Path.GetDirectoryName(common)!;
        var options = Options([.. layers.Select(l => l[(common.Length + 1)..])], paths);
        ThrownAwayThread.Run("overlay", () =>
        {
            Libc.Check(Libc.Unshare(Libc.OwnFileSystemState), "unshare");
            Libc.Check(Libc.ChangeDirectory(common), $"enter {common}");
            MountHere(paths.Root, options);
        });
    }

    /// <param name="layers">Lowest first; the kernel wants the highest first.</param>
    private static string Options(IReadOnlyList<string> layers, ContainerPaths paths) =>
        $"lowerdir={string.Join(':', layers.Reverse().Select(l => Escape(l).Replace(":", "\\:", StringComparison.Ordinal)))},upperdir={Escape(paths.Upper)},workdir={Escape(paths.Work)}"
        + (File.Exists("/sys/module/overlay/parameters/index") ? ",index=off" : "");

    private static string Escape(string path) => path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal);
}
