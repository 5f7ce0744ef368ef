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

    public void Dispose() => _file.Dispose();

    private const int InterruptedCall = 4;

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);
}
