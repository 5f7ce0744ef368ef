using System.Globalization;

namespace LiteKube.Robustness.Tests.Disk;

/// <summary>A file system of a few megabytes that only the server sees: in a mount namespace of its own, gone with it. Needs root.</summary>
internal static class SmallDisk
{
    /// <summary>Where the server sees it.</summary>
    public const string MountPoint = "/mnt";

    public static string[] Wrapper(int megabytes) =>
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", string.Create(CultureInfo.InvariantCulture, $"mount -t tmpfs -o size={megabytes}m,mode=700 none {MountPoint} && exec \"$@\""), "sh"];

    /// <summary>The same directory as this process sees it. The kernel leads through the root of the server.</summary>
    public static string Root(int process) => string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/root");

    /// <summary>Takes all the space there is.</summary>
    public static void Fill(string file)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[64 << 10, 4 << 10])
        {
            var block = new byte[size];
            try
            {
                while (true)
                    stream.Write(block);
            }
            catch (IOException)
            {
                // Full: with smaller pieces the rest goes as well.
            }
        }
    }
}
