using System.Net.Sockets;

namespace LiteKube.Node.Probes;

/// <summary>Connection failures in the words that operators know from Kubernetes' events.</summary>
internal static class SocketFailure
{
    public static string Describe(Exception failure, string endpoint)
    {
        for (var e = failure; e is not null; e = e.InnerException!)
            if (e is SocketException socket)
                return $"dial tcp {endpoint}: {Describe(socket)}";
        return failure.Message;
    }

    private static string Describe(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connect: connection refused",
        SocketError.HostUnreachable => "connect: no route to host",
        SocketError.NetworkUnreachable => "connect: network is unreachable",
        SocketError.TimedOut => "i/o timeout",
        SocketError.ConnectionReset => "read: connection reset by peer",
        SocketError.HostNotFound => "no such host",
        _ => e.Message,
    };
}
