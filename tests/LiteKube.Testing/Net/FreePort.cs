using System.Net;
using System.Net.Sockets;

namespace LiteKube.Testing;

/// <summary>
/// Ports for servers that must be told one, free for TCP and UDP.
/// They lie below those that the kernel gives to outgoing connections, so that none takes one between this look and the server's bind.
/// </summary>
public static class FreePort
{
    private const int First = 10_000;
    private const int Count = 20_000;

    private static int s_next = Random.Shared.Next(Count);

    /// <summary>Another port each time.</summary>
    public static int Take()
    {
        for (var tried = 0; tried < Count; tried++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref s_next) % Count);
            if (IsFree(port, SocketType.Stream, ProtocolType.Tcp) && IsFree(port, SocketType.Dgram, ProtocolType.Udp))
                return port;
        }

        throw new InvalidOperationException($"no port between {First} and {First + Count - 1} is free");
    }

    private static bool IsFree(int port, SocketType type, ProtocolType protocol)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
