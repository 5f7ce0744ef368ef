using System.Collections.Concurrent;
using System.Net.Sockets;
using LiteKube.Admission.Webhooks;
using LiteKube.Api;

namespace LiteKube.Admission.Tests.Webhooks;

/// <summary>Leads Services to servers on loopback.</summary>
internal sealed class TestDialer : IServiceDialer
{
    private readonly ConcurrentDictionary<string, int> _ports = new();
    private int _dials;

    public int Dials => _dials;

    public void Map(string ns, string service, int port, int loopbackPort) => _ports[$"{ns}/{service}:{port}"] = loopbackPort;

    public async ValueTask<Stream> DialAsync(string ns, string service, int port, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _dials);
        if (!_ports.TryGetValue($"{ns}/{service}:{port}", out var loopback))
            throw new ApiException(StatusReason.ServiceUnavailable, $"service \"{service}\" not found");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", loopback, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
