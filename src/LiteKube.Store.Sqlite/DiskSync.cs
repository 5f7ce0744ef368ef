using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Store.Sqlite;

/// <summary>
/// Makes what was written to a file durable. fdatasync, unlike the fsync that SQLite is built with, does not also commit the file's times
/// to the file system's journal, which about halves what a small commit costs a flash disk.
/// </summary>
internal sealed partial class DiskSync(string path) : IDisposable
{
    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <exception cref="IOException">The disk refused.</exception>
    public void Sync()
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(_file);
            return;
        }

        while (FDataSync(_file) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != InterruptedCall)
                throw new IOException($"{path}: fdatasync: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    /// <summary>Makes a directory's names durable: a file renamed in it keeps its new name over a power cut.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void SyncDirectory(string directory)
    {
        using var handle = new SafeFileHandle((nint)Open(directory, ReadOnlyDirectory), ownsHandle: true);
        if (handle.IsInvalid || FSync(handle) != 0)
            throw new IOException($"{directory}: fsync: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public void Dispose() => _file.Dispose();

    private const int InterruptedCall = 4;
    private const int ReadOnlyDirectory = 0x10000;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);
}
