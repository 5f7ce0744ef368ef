using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LiteKube.Node.Volumes;

/// <summary>Owners of files, which .NET does not set.</summary>
internal static partial class FileOwner
{
    private const uint Keep = uint.MaxValue;

    /// <summary>Sets user and group, not following a symbolic link; null keeps what is there.</summary>
    public static void Set(string path, long? uid, long? gid)
    {
        if (uid is null && gid is null)
            return;
        if (LinkChown(path, uid is { } u ? (uint)u : Keep, gid is { } g ? (uint)g : Keep) != 0)
            throw new IOException($"chown {path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkChown(string path, uint uid, uint gid);
}
