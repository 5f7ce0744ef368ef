using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace LiteKube.Node.Volumes;

/// <summary>The kernel's mount calls.</summary>
internal sealed partial class LinuxMounts : IMounts
{
    private const ulong NoSuid = 2;
    private const ulong NoDev = 4;
    private const ulong BindMount = 4096;
    private const int Detach = 2;

    public IReadOnlyList<string> Below(string directory)
    {
        var result = new List<string>();
        var prefix = directory.TrimEnd('/') + "/";
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            var fields = line.Split(' ', 6);
            if (fields.Length < 6)
                continue;
            var path = MountInfo.Unescape(fields[4]);
            if (path == directory || path.StartsWith(prefix, StringComparison.Ordinal))
                result.Add(path);
        }

        return result;
    }

    public void MountTmpfs(string path, long? sizeBytes)
    {
        var data = sizeBytes is { } size ? "size=" + size.ToString(CultureInfo.InvariantCulture) : null;
        Check(Mount("tmpfs", path, "tmpfs", NoSuid | NoDev, data), $"mount tmpfs on {path}");
    }

    public void Bind(string source, string target) => Check(Mount(source, target, null, BindMount, null), $"bind mount on {target}");

    public void Unmount(string path) => Check(Unmount2(path, Detach), $"unmount {path}");

    private static void Check(int result, string what)
    {
        if (result != 0)
            throw new IOException($"{what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? fileSystem, ulong flags, string? data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount2(string target, int flags);
}
