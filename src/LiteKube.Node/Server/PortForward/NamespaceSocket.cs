using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Node.Server.PortForward;

/// <summary>
/// Makes sockets inside other network namespaces. A thread of its own enters the namespace, makes the socket by system call and returns before it does
/// anything else: any thread that .NET might start from inside would stay there for good.
/// </summary>
internal static partial class NamespaceSocket
{
    private const int CloneNewNet = 0x40000000;
    private const int AfInet = 2;
    private const int AfInet6 = 10;
    private const int SockStream = 1;
    private const int SockCloseOnExec = 0x80000;

    public static Task<Socket> CreateTcpAsync(string networkNamespace, AddressFamily family)
    {
        var done = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => Run(networkNamespace, family, done)) { IsBackground = true, Name = "netns socket" };
        thread.Start();
        return done.Task;
    }

    private static void Run(string networkNamespace, AddressFamily family, TaskCompletionSource<Socket> done)
    {
        try
        {
            using var own = File.OpenHandle("/proc/thread-self/ns/net");
            using var target = File.OpenHandle(networkNamespace);
            var descriptor = -1;
            var error = 0;
            if (SetNamespace(target, CloneNewNet) != 0)
            {
                error = Marshal.GetLastPInvokeError();
            }
            else
            {
                descriptor = NewSocket(family == AddressFamily.InterNetworkV6 ? AfInet6 : AfInet, SockStream | SockCloseOnExec, 0);
                error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
                if (SetNamespace(own, CloneNewNet) != 0)
                    Environment.FailFast($"a thread could not leave the network namespace {networkNamespace}: {Marshal.GetLastPInvokeErrorMessage()}");
            }

            if (error != 0)
                done.SetException(new IOException($"cannot make a socket in {networkNamespace}: {Marshal.GetPInvokeErrorMessage(error)}"));
            else
                done.SetResult(new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
        {
            done.SetException(new IOException($"cannot enter the network namespace {networkNamespace}: {e.Message}", e));
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle descriptor, int type);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int NewSocket(int domain, int type, int protocol);
}
