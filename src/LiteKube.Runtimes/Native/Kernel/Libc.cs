using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Kernel;

/// <summary>The system calls that .NET has no form of.</summary>
internal static partial class Libc
{
    internal const int CloseOnExec = 0x80000;
    internal const int NonBlocking = 0x800;
    internal const int ReadOnly = 0;
    internal const int WriteOnly = 1;
    internal const int ReadWrite = 2;
    internal const int NoControllingTerminal = 0x100;

    /// <summary>The descriptor names a file without opening it.</summary>
    internal const int PathOnly = 0x200000;

    internal const int Again = 11;
    internal const int Interrupted = 4;
    internal const int NoEntry = 2;
    internal const int NoProcess = 3;
    internal const int InputOutput = 5;
    internal const int Busy = 16;
    internal const int NoDeviceOrAddress = 6;
    internal const int Invalid = 22;

    internal const int NewNetwork = 0x40000000;
    internal const int NewIpc = 0x08000000;
    internal const int NewUts = 0x04000000;
    internal const int OwnFileSystemState = 0x200;

    internal const ulong MountReadOnly = 1;
    internal const ulong MountNoSuid = 2;
    internal const ulong MountNoDev = 4;
    internal const ulong MountNoExec = 8;
    internal const ulong MountBind = 4096;
    internal const int UnmountDetached = 2;

    private const int PidfdSendSignalNumber = 424;
    private const int PidfdOpenNumber = 434;
    private const int OpenAt2Number = 437;

    /// <summary>What went wrong with the last call, as an exception that names what was wanted.</summary>
    internal static IOException Failure(string what) => Failure(what, Marshal.GetLastPInvokeError());

    internal static IOException Failure(string what, int error) => new($"{what}: {Marshal.GetPInvokeErrorMessage(error)}");

    internal static void Check(int result, string what)
    {
        if (result < 0)
            throw Failure(what);
    }

    internal static int PidfdOpen(int pid) => (int)Call(PidfdOpenNumber, pid, 0, 0, 0);

    internal static int PidfdSendSignal(int descriptor, int signal) => (int)Call(PidfdSendSignalNumber, descriptor, signal, 0, 0);

    internal static unsafe int OpenAt2(int directory, string path, in OpenHow how)
    {
        var text = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            fixed (OpenHow* pointer = &how)
                return (int)Call(OpenAt2Number, directory, text, (nint)pointer, sizeof(OpenHow));
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
        }
    }

    /// <summary>A file in memory that may be run and sealed; invalid where the machine forbids it.</summary>
    internal static SafeFileHandle MemoryFile(string name)
    {
        const uint CloseOnExecFlag = 1;
        const uint AllowSealing = 2;
        const uint Executable = 0x10;
        var descriptor = MemoryFile(name, CloseOnExecFlag | AllowSealing | Executable);

        // Kernels before 6.3 do not know the last; there every one may be run.
        if (descriptor < 0 && Marshal.GetLastPInvokeError() == Invalid)
            descriptor = MemoryFile(name, CloseOnExecFlag | AllowSealing);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(SafeFileHandle descriptor, Span<byte> buffer, nint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(SafeFileHandle descriptor, ReadOnlySpan<byte> buffer, nint length);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    internal static partial int Pipe(Span<int> ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int DeviceControl(int descriptor, nuint request, Span<byte> argument);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    internal static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "chdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeDirectory(string path);

    [LibraryImport("libc", EntryPoint = "sethostname", SetLastError = true)]
    internal static partial int SetHostname(ReadOnlySpan<byte> name, nint length);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Mount(string? source, string target, string? fileSystem, ulong flags, string? data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unmount(string target, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    internal static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    internal static partial int EpollControl(SafeFileHandle epoll, int operation, int descriptor, Span<byte> change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    internal static partial int EpollWait(SafeFileHandle epoll, Span<byte> events, int most, int timeout);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    internal static partial int InotifyInit(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int InotifyAdd(SafeFileHandle inotify, string path, uint events);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static partial int WaitPid(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    internal static partial int GetLimit(int resource, Span<ulong> softAndHard);

    [LibraryImport("libc", EntryPoint = "statfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int FileSystemOf(string path, Span<long> result);

    [LibraryImport("libc", EntryPoint = "stat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Stat(string path, Span<byte> result);

    [LibraryImport("libc", EntryPoint = "fstat", SetLastError = true)]
    internal static partial int Stat(SafeFileHandle descriptor, Span<byte> result);

    /// <summary><c>struct open_how</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct OpenHow(ulong flags, ulong mode, ulong resolve)
    {
        private readonly ulong _flags = flags;
        private readonly ulong _mode = mode;
        private readonly ulong _resolve = resolve;
    }
}
