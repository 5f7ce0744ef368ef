using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Kernel;

/// <summary>Files of a container's root file system, as the container itself sees them: no link in an image leads out of it.</summary>
internal static class RootedFiles
{
    private const ulong InRoot = 0x10;
    private const ulong NoMagicLinks = 0x02;
    private const int DirectoryOnly = 0x10000;
    private const int LargestFile = 4 << 20;

    /// <summary>The lines of a text file; none where there is no such file, or something else has its name.</summary>
    public static IReadOnlyList<string> ReadLines(string root, string path)
    {
        using var handle = Open(root, path, Libc.ReadOnly | Libc.NonBlocking);
        if (handle is null)
            return [];
        using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        if (!stream.CanSeek || stream.Length > LargestFile)
            return [];
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n');
    }

    /// <summary>Where a path of the container is on this machine; null where it is not.</summary>
    public static string? Resolve(string root, string path)
    {
        using var handle = Open(root, path, Libc.PathOnly);
        return handle is null ? null : new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget;
    }

    /// <summary>Makes the directory and those above it that are missing. False where something else is in the way.</summary>
    public static bool EnsureDirectory(string root, string path)
    {
        const uint Mode = 0x1ED;
        var walked = "/";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part is "." or "..")
                return false;
            using var parent = Open(root, walked, Libc.PathOnly | DirectoryOnly);
            if (parent is null)
                return false;
            walked = walked.TrimEnd('/') + "/" + part;
            using var present = Open(root, walked, Libc.PathOnly | DirectoryOnly);
            if (present is null && MakeDirectory.At(parent, part, Mode) != 0)
                return false;
        }

        return true;
    }

    private static SafeFileHandle? Open(string root, string path, int flags)
    {
        using var top = new SafeFileHandle(Libc.Open(root, Libc.PathOnly | Libc.CloseOnExec), ownsHandle: true);
        if (top.IsInvalid)
            throw Libc.Failure($"open {root}");
        var descriptor = Libc.OpenAt2((int)top.DangerousGetHandle(), path, new Libc.OpenHow((uint)(flags | Libc.CloseOnExec), 0, InRoot | NoMagicLinks));
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }
}

internal static partial class MakeDirectory
{
    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int At(SafeFileHandle directory, string name, uint mode);
}
