using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LiteKube.Node.Volumes;

/// <summary>rename(2) itself: .NET's own move looks at what a link leads to, and refuses links to directories.</summary>
internal static partial class AtomicRename
{
    /// <summary>Puts <paramref name="source"/> in the place of <paramref name="target"/> in one step.</summary>
    public static void Replace(string source, string target)
    {
        if (Rename(source, target) != 0)
            throw new IOException($"rename {source} to {target}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string source, string target);
}
