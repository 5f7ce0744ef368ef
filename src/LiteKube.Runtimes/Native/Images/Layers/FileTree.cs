using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>Removes directories whose names need not be text, which .NET's own way cannot.</summary>
internal static class FileTree
{
    private const int NameOffset = 19;
    private const int KindOffset = 18;
    private const int LengthOffset = 16;
    private const byte DirectoryKind = 4;
    private const byte UnknownKind = 0;

    /// <summary>No error where it is gone.</summary>
    public static void Delete(string path)
    {
        if (!Directory.Exists(path))
            return;
        using (var root = LayerTree.OpenRoot(path))
            Empty(root, path);
        Directory.Delete(path);
    }

    private static void Empty(SafeFileHandle directory, string path)
    {
        var number = LayerTree.Number(directory);
        var entries = new byte[32 << 10];
        while (true)
        {
            // What is removed while a directory is read may or may not be told again; the round after finds what was passed over.
            var length = (int)Libc.ReadDirectory(directory, entries, entries.Length);
            if (length < 0)
                throw Failed(path);
            if (length == 0)
                return;
            for (var at = 0; at < length; at += BitConverter.ToUInt16(entries, at + LengthOffset))
            {
                var name = entries.AsSpan(at + NameOffset);
                name = name[..(name.IndexOf((byte)0) + 1)];
                if (name.SequenceEqual(".\0"u8) || name.SequenceEqual("..\0"u8))
                    continue;
                if (entries[at + KindOffset] is DirectoryKind or UnknownKind && TryEmpty(number, name, path))
                    continue;
                if (Libc.UnlinkAt(number, name, 0) != 0 && Marshal.GetLastPInvokeError() != Libc.NoEntry)
                    throw Failed(path);
            }
        }
    }

    /// <summary>False where it is no directory.</summary>
    private static bool TryEmpty(int parent, ReadOnlySpan<byte> name, string path)
    {
        var descriptor = Libc.OpenAt(parent, name, Libc.ReadOnly | Libc.DirectoryFlag | Libc.NoFollow | Libc.CloseOnExec, 0);
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError() is Libc.NotDirectory or Libc.Loop ? false : throw Failed(path);
        using (var directory = new SafeFileHandle(descriptor, ownsHandle: true))
            Empty(directory, path);
        if (Libc.UnlinkAt(parent, name, Libc.RemoveDirectory) != 0 && Marshal.GetLastPInvokeError() != Libc.NoEntry)
            throw Failed(path);
        return true;
    }

    private static IOException Failed(string path) => new($"{path} cannot be removed: {Marshal.GetLastPInvokeErrorMessage()}");
}
