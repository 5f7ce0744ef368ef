using LiteKube.Node.Volumes;

namespace LiteKube.Runtimes.Native.Kernel;

/// <param name="Shared">What is mounted below it shows on the machine and the other way round.</param>
/// <param name="Receives">What the machine mounts below it shows here.</param>
internal sealed record MountEntry(string Point, string FileSystem, string Root, string Options, bool Shared, bool Receives);

/// <summary>This process's mounts. Lines are <c>id parent device root point options tags… - type source super-options</c>.</summary>
internal static class MountTable
{
    public static List<MountEntry> Read(string path = "/proc/self/mountinfo") => [.. File.ReadLines(path).Select(Parse).OfType<MountEntry>()];

    /// <summary>Mount points at and below a directory, the latest first, as they can be unmounted.</summary>
    public static IEnumerable<string> PointsBelow(string directory)
    {
        var prefix = directory.TrimEnd('/') + "/";
        return Read().Where(m => m.Point == directory || m.Point.StartsWith(prefix, StringComparison.Ordinal)).Select(m => m.Point).Reverse();
    }

    /// <summary>The mount that a path is on.</summary>
    public static MountEntry? Containing(IReadOnlyList<MountEntry> mounts, string path) => mounts
        .Where(m => m.Point == "/" || path == m.Point || path.StartsWith(m.Point + "/", StringComparison.Ordinal))
        .MaxBy(m => m.Point.Length);

    /// <summary>Unmounts all at and below a directory; what is busy goes when its last user does.</summary>
    public static void UnmountBelow(string directory)
    {
        foreach (var point in PointsBelow(directory))
            Unmount(point);
    }

    /// <summary>No error where nothing is mounted there.</summary>
    public static void Unmount(string point)
    {
        if (Libc.Unmount(point, Libc.UnmountDetached) == 0)
            return;
        if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() is not (Libc.Invalid or Libc.NoEntry) and var error)
            throw Libc.Failure($"unmount {point}", error);
    }

    internal static MountEntry? Parse(string line)
    {
        var fields = line.Split(' ');
        var separator = Array.IndexOf(fields, "-", 6 > fields.Length ? 0 : 6);
        if (separator < 0 || separator + 3 > fields.Length)
            return null;
        var tags = fields.AsSpan(6, separator - 6);
        var shared = false;
        var slave = false;
        foreach (var tag in tags)
        {
            shared |= tag.StartsWith("shared:", StringComparison.Ordinal);
            slave |= tag.StartsWith("master:", StringComparison.Ordinal);
        }

        return new MountEntry(MountInfo.Unescape(fields[4]), fields[separator + 1], MountInfo.Unescape(fields[3]), fields[^1], shared, shared || slave);
    }
}
