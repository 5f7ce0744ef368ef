using System.Collections.Concurrent;
using System.Net.Sockets;

namespace LiteKube.ApiServer.Tests.Hosting;

/// <summary>Leads the addresses of made-up pods and nodes to servers on loopback.</summary>
public sealed class TestDialer : IBackendDialer
{
    private readonly ConcurrentDictionary<string, int> _ports = new();

    private int _given;

    /// <summary>An address that no other test leads anywhere.</summary>
    public string NextAddress()
    {
        var number = Interlocked.Increment(ref _given);
        return $"198.18.{number / 250}.{(number % 250) + 1}";
    }

    public void Map(string address, int loopbackPort) => _ports[address] = loopbackPort;

    public ValueTask<Stream> DialPodAsync(string address, int port, CancellationToken cancellationToken) => DialAsync($"{address}:{port}", cancellationToken);

    public ValueTask<Stream> DialNodeAsync(string node, string address, int port, CancellationToken cancellationToken) => DialAsync($"{address}:{port}", cancellationToken);

    private async ValueTask<Stream> DialAsync(string address, CancellationToken cancellationToken)
    {
        if (!_ports.TryGetValue(address, out var port))
            throw new IOException($"nothing is mapped to {address}");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
