using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace LiteKube.Testing;

/// <summary>Sockets of another network namespace: a test's client reaches a server that lives in one, or serves it, without living there itself.</summary>
public static partial class NamespaceSockets
{
    private const int NetworkNamespace = 0x40000000;

    /// <param name="namespaceFile">As <c>ip netns</c> keeps it: /run/netns/NAME.</param>
    public static SocketsHttpHandler Handler(string namespaceFile) => new()
    {
        UseProxy = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = Open(namespaceFile);
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    /// <summary>Bound there, not listening yet.</summary>
    public static Socket Bind(string namespaceFile, EndPoint address)
    {
        var socket = Open(namespaceFile);
        socket.Bind(address);
        return socket;
    }

    /// <summary>A socket is of the namespace that its thread was in when it was made, for good. That thread is never used again.</summary>
    private static Socket Open(string namespaceFile)
    {
        Socket? socket = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle(namespaceFile);
                if (EnterNamespace((int)file.DangerousGetHandle(), NetworkNamespace) != 0)
                    throw new IOException($"enter {namespaceFile}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new IOException(failure!.Message, failure);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int EnterNamespace(int descriptor, int kind);
}
