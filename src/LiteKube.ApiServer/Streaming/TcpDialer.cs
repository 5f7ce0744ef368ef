using System.Net.Sockets;

namespace LiteKube.ApiServer.Streaming;

internal sealed class TcpDialer : IBackendDialer
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    public ValueTask<Stream> DialPodAsync(string address, int port, CancellationToken cancellationToken) => DialAsync(address, port, cancellationToken);

    public ValueTask<Stream> DialNodeAsync(string node, string address, int port, CancellationToken cancellationToken) => DialAsync(address, port, cancellationToken);

    private static async ValueTask<Stream> DialAsync(string address, int port, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_limit);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, port, limit.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
