using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Images.Storing;

/// <summary>
/// Locks between all who use one store, in this process and in others: one byte of one file each, held by an open file description, so that the
/// kernel gives them up when their holder dies however it dies.
/// </summary>
internal sealed partial class StoreLocks(string path)
{
    private const int SetLock = 37;
    private const int SetLockWait = 38;
    private const short ReadLock = 0;
    private const short WriteLock = 1;
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int PermissionDenied = 13;

    /// <summary>Waits on its thread: only for names that nobody holds alone for longer than a moment.</summary>
    public IDisposable Take(LockName name, bool shared) => Lock(name, shared, SetLockWait)!;

    /// <summary>Null where another holds it.</summary>
    public IDisposable? TryTake(LockName name, bool shared) => Lock(name, shared, SetLock);

    private SafeFileHandle? Lock(LockName name, bool shared, int command)
    {
        // .NET would lock the whole file by itself, were it not shared.
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var range = new FileRange { Type = shared ? ReadLock : WriteLock, Start = name.Offset, Length = 1 };
        while (FileControl(file, command, ref range) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == Interrupted)
                continue;
            file.Dispose();
            if (error is TryAgain or PermissionDenied && command == SetLock)
                return null;
            throw new IOException($"{path} cannot be locked: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        return file;
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(SafeFileHandle file, int command, ref FileRange range);

    /// <summary><c>struct flock</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileRange
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Pid;
    }
}
