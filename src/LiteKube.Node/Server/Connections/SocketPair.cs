using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace LiteKube.Node.Server.Connections;

/// <summary>Two sockets that are connected with each other and have no name by which anybody else could connect.</summary>
internal static partial class SocketPair
{
    private const int Unix = 1;
    private const int Stream = 1;
    private const int CloseOnExec = 0x80000;

    /// <exception cref="IOException">The process has no descriptors left.</exception>
    public static (Socket One, Socket Other) Create()
    {
        Span<int> ends = stackalloc int[2];
        if (Pair(Unix, Stream | CloseOnExec, 0, ends) != 0)
            throw new IOException("socketpair: " + new Win32Exception(Marshal.GetLastPInvokeError()).Message);
        return (new Socket(new SafeSocketHandle(ends[0], ownsHandle: true)), new Socket(new SafeSocketHandle(ends[1], ownsHandle: true)));
    }

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int Pair(int domain, int type, int protocol, Span<int> ends);
}
