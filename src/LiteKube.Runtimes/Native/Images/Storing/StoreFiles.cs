using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Images.Storing;

/// <summary>Files that are there whole or not at all, also after a loss of power: written aside, synced, renamed, the directory synced.</summary>
internal static partial class StoreFiles
{
    public const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int DirectoryFlag = 0x10000;

    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var aside = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            using (var file = File.OpenHandle(aside, FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.Write(file, content, 0);
                RandomAccess.FlushToDisk(file);
            }

            Rename(aside, path);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }

    /// <summary>Both on one file system; a file of that name is replaced.</summary>
    public static void Rename(string from, string to)
    {
        if (Rename2(from, to) != 0)
            throw new IOException($"{from} cannot become {to}: {Marshal.GetLastPInvokeErrorMessage()}");
        SyncDirectory(Path.GetDirectoryName(to)!);
    }

    public static void Delete(string path)
    {
        File.Delete(path);
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Everything written to the file system that the directory is on.</summary>
    public static void SyncFileSystem(SafeFileHandle directory, string path)
    {
        if (SyncFs(directory) != 0)
            throw new IOException($"{path} cannot be made durable: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public static void SyncDirectory(string directory)
    {
        using var handle = OpenDirectory(directory);
        if (FSync(handle) != 0)
            throw new IOException($"{directory} cannot be made durable: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static SafeFileHandle OpenDirectory(string directory)
    {
        var handle = new SafeFileHandle((nint)Open(directory, DirectoryFlag), ownsHandle: true);
        return handle.IsInvalid ? throw new IOException($"{directory} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}") : handle;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename2(string from, string to);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(SafeFileHandle file);
}
