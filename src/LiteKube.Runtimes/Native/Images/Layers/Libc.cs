using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>File system calls relative to an open directory, which .NET has no form of. Names are bytes that end in NUL: a layer's names need not be text.</summary>
internal static partial class Libc
{
    internal const int ReadOnly = 0;
    internal const int WriteOnly = 1;
    internal const int Create = 0x40;
    internal const int Exclusive = 0x80;
    internal const int CloseOnExec = 0x80000;
    internal const int PathOnly = 0x200000;
    internal const int NonBlocking = 0x800;
    internal const int EmptyPath = 0x1000;
    internal const int SymlinkNoFollow = 0x100;
    internal const int RemoveDirectory = 0x200;
    internal const ulong ResolveBeneath = 0x08;
    internal const ulong ResolveNoMagicLinks = 0x02;
    internal const ulong ResolveNoSymlinks = 0x04;
    internal const uint StatBasic = 0x7ff;

    internal const int NotPermitted = 1;
    internal const int NoEntry = 2;
    internal const int Interrupted = 4;
    internal const int TryAgain = 11;
    internal const int Exists = 17;
    internal const int CrossDevice = 18;
    internal const int NotDirectory = 20;
    internal const int NoSpace = 28;
    internal const int NameTooLong = 36;
    internal const int NoSystemCall = 38;
    internal const int NotEmpty = 39;
    internal const int Loop = 40;
    internal const int NotSupported = 95;
    internal const int QuotaExceeded = 122;

    private const long OpenAt2Number = 437;

    // These two differ between processors.
    internal static readonly int DirectoryFlag = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;
    internal static readonly int NoFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    internal static unsafe int OpenAt2(int directory, ReadOnlySpan<byte> path, in OpenHow how) => (int)SystemCall(OpenAt2Number, directory, path, how, sizeof(OpenHow));

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    internal static partial int OpenAt(int directory, ReadOnlySpan<byte> path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    internal static partial int MakeDirectoryAt(int directory, ReadOnlySpan<byte> path, uint mode);

    [LibraryImport("libc", EntryPoint = "mknodat", SetLastError = true)]
    internal static partial int MakeNodeAt(int directory, ReadOnlySpan<byte> path, uint mode, ulong device);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    internal static partial int SymlinkAt(ReadOnlySpan<byte> target, int directory, ReadOnlySpan<byte> path);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true)]
    internal static partial int LinkAt(int fromDirectory, ReadOnlySpan<byte> from, int toDirectory, ReadOnlySpan<byte> to, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    internal static partial int RenameAt(int fromDirectory, ReadOnlySpan<byte> from, int toDirectory, ReadOnlySpan<byte> to);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    internal static partial int UnlinkAt(int directory, ReadOnlySpan<byte> path, int flags);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true)]
    internal static partial int ChangeOwnerAt(int directory, ReadOnlySpan<byte> path, uint owner, uint group, int flags);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true)]
    internal static partial int ChangeModeAt(int directory, ReadOnlySpan<byte> path, uint mode, int flags);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    internal static partial int ChangeOwner(SafeFileHandle file, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int ChangeMode(SafeFileHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true)]
    internal static partial int SetTimesAt(int directory, ReadOnlySpan<byte> path, in FileTimes times, int flags);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    internal static partial int SetTimes(SafeFileHandle file, in FileTimes times);

    [LibraryImport("libc", EntryPoint = "lsetxattr", SetLastError = true)]
    internal static partial int SetAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, nint size, int flags);

    [LibraryImport("libc", EntryPoint = "getxattr", SetLastError = true)]
    internal static partial nint GetAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, Span<byte> value, nint size);

    /// <summary>Names that end in NUL, one after the other.</summary>
    [LibraryImport("libc", EntryPoint = "listxattr", SetLastError = true)]
    internal static partial nint ListAttributes(ReadOnlySpan<byte> path, Span<byte> names, nint size);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, nint count);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    internal static partial int Stat(int directory, ReadOnlySpan<byte> path, int flags, uint mask, out FileStatus status);

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    internal static partial nint ReadDirectory(SafeFileHandle directory, Span<byte> entries, nint count);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(long number, int directory, ReadOnlySpan<byte> path, in OpenHow how, nint size);

    /// <summary><c>struct open_how</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct OpenHow(int flags, ulong resolve)
    {
        private readonly ulong _flags = (ulong)flags;
        private readonly ulong _mode = 0;
        private readonly ulong _resolve = resolve;
    }

    /// <summary>Access and modification time: two of <c>struct timespec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct FileTimes(long seconds, long nanoseconds)
    {
        private readonly long _accessSeconds = seconds;
        private readonly long _accessNanoseconds = nanoseconds;
        private readonly long _seconds = seconds;
        private readonly long _nanoseconds = nanoseconds;
    }

    /// <summary>The parts of <c>struct statx</c> in use.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal readonly struct FileStatus
    {
        [FieldOffset(20)]
        public readonly uint Owner;

        [FieldOffset(24)]
        public readonly uint Group;

        [FieldOffset(28)]
        public readonly ushort Mode;

        [FieldOffset(40)]
        public readonly ulong Size;

        [FieldOffset(112)]
        public readonly long ModifiedSeconds;

        [FieldOffset(120)]
        public readonly uint ModifiedNanoseconds;

        [FieldOffset(128)]
        public readonly uint DeviceMajor;

        [FieldOffset(132)]
        public readonly uint DeviceMinor;

        public uint Kind => Mode & FileModes.KindMask;
    }
}
