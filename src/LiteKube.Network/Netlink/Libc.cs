using System.Runtime.InteropServices;

namespace LiteKube.Network.Netlink;

/// <summary>The system calls that .NET has no form of: netlink sockets and network namespaces.</summary>
internal static partial class Libc
{
    internal const int AddressFamilyNetlink = 16;
    internal const int SocketRaw = 3;
    internal const int SocketCloseOnExec = 0x80000;
    internal const int OpenCloseOnExec = 0x80000;
    internal const int CloneNewNet = 0x40000000;
    internal const int LevelSocket = 1;
    internal const int LevelNetlink = 270;
    internal const int ReceiveBuffer = 8;
    internal const int NetlinkCapAck = 10;
    internal const int NetlinkExtendedAck = 11;
    internal const int Interrupted = 4;
    internal const int NoBufferSpace = 105;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(int socket, in NetlinkAddress address, int length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    internal static partial nint Send(int socket, ReadOnlySpan<byte> buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    internal static partial nint Receive(int socket, Span<byte> buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetSocketOption(int socket, int level, int option, in int value, int length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int SetNamespace(int descriptor, int type);

    /// <summary><c>struct sockaddr_nl</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct NetlinkAddress(uint groups)
    {
        private readonly ushort _family = AddressFamilyNetlink;
        private readonly ushort _pad = 0;
        private readonly uint _port = 0;
        private readonly uint _groups = groups;
    }
}
