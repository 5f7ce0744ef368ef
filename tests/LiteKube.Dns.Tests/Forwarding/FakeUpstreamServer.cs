using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using LiteKube.Testing;

namespace LiteKube.Dns.Tests.Forwarding;

/// <summary>A resolver on a loopback port that does as it is told.</summary>
internal sealed class FakeUpstreamServer : IDisposable
{
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _heard = new(0);
    private int _asked;

    /// <param name="answer">Answers to a datagram; null says nothing.</param>
    internal FakeUpstreamServer(Func<byte[], IEnumerable<byte[]>?> answer, Func<byte[], byte[]>? overTcp = null)
    {
        EndPoint = new IPEndPoint(IPAddress.Loopback, FreePort.Take());
        _udp.Bind(EndPoint);
        _tcp.Bind(EndPoint);
        _tcp.Listen();
        _ = Task.Run(() => ServeAsync(answer));
        _ = Task.Run(() => ServeTcpAsync(overTcp));
    }

    internal IPEndPoint EndPoint { get; }

    internal int Asked => Volatile.Read(ref _asked);

    /// <summary>Until it was asked that often.</summary>
    internal async Task Heard(int times)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (Asked < times)
            await _heard.WaitAsync(limit.Token);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _udp.Dispose();
        _tcp.Dispose();
        _stopping.Dispose();
        _heard.Dispose();
    }

    private async Task ServeAsync(Func<byte[], IEnumerable<byte[]>?> answer)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var received = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stopping.Token);
            Interlocked.Increment(ref _asked);
            _heard.Release();
            foreach (var datagram in answer(buffer[..received.ReceivedBytes]) ?? [])
                await _udp.SendToAsync(datagram, received.RemoteEndPoint, _stopping.Token);
        }
    }

    private async Task ServeTcpAsync(Func<byte[], byte[]>? answer)
    {
        while (answer is not null)
        {
            await using var stream = new NetworkStream(await _tcp.AcceptAsync(_stopping.Token), ownsSocket: true);
            var size = new byte[2];
            await stream.ReadExactlyAsync(size, _stopping.Token);
            var request = new byte[BinaryPrimitives.ReadUInt16BigEndian(size)];
            await stream.ReadExactlyAsync(request, _stopping.Token);
            var reply = answer(request);
            BinaryPrimitives.WriteUInt16BigEndian(size, (ushort)reply.Length);
            await stream.WriteAsync(size, _stopping.Token);
            await stream.WriteAsync(reply, _stopping.Token);
        }
    }
}
