using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using LiteKube.Dns.Wire;

namespace LiteKube.Dns.Forwarding;

/// <summary>
/// Asks the host's resolvers: each in turn, over UDP from a fresh random port with a fresh random id, again over TCP where the answer was truncated.
/// An answer counts only if id and question are the ones asked.
/// </summary>
internal sealed class Upstreams(DnsOptions options, ResolvConf resolvConf, TimeProvider time) : IUpstreams
{
    private const int Rounds = 2;
    private const int MaxDatagram = 4096;

    private readonly AnswerCache _cache = new(options.CacheEntries, time);
    private readonly UpstreamHealth _health = new(time);

    public async ValueTask<byte[]?> AskAsync(ReadOnlyMemory<byte> request, DnsQuery query, CancellationToken cancellationToken)
    {
        if (_cache.Get(query) is { } cached)
            return cached;
        var servers = resolvConf.Servers();
        if (servers.Count == 0)
            return null;
        var isProbe = _health.AreAllSilent(servers);
        if (isProbe && !_health.TryBeginProbe())
            return null;
        try
        {
            var answer = await AskInTurnAsync(servers, isProbe ? 1 : Rounds, request, query, cancellationToken).ConfigureAwait(false);
            if (answer is not null)
                _cache.Put(query, answer);
            return answer;
        }
        finally
        {
            if (isProbe)
                _health.EndProbe();
        }
    }

    private async Task<byte[]?> AskInTurnAsync(IReadOnlyList<IPEndPoint> servers, int rounds, ReadOnlyMemory<byte> request, DnsQuery query, CancellationToken cancellationToken)
    {
        byte[]? refusal = null;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var server in _health.InOrder(servers))
            {
                var answer = await AskOneAsync(server, request, query, cancellationToken).ConfigureAwait(false);
                if (answer is null)
                    continue;
                if (CodeOf(answer) is DnsResponseCode.NoError or DnsResponseCode.NameError)
                    return answer;
                // Another server may know better than SERVFAIL or REFUSED.
                refusal = answer;
            }

            if (refusal is not null || _health.AreAllSilent(servers) && round > 0)
                break;
        }

        return refusal;
    }

    private async Task<byte[]?> AskOneAsync(IPEndPoint server, ReadOnlyMemory<byte> request, DnsQuery query, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.UpstreamTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var answer = await OverUdpAsync(server, request, query, either.Token).ConfigureAwait(false);
            _health.Answered(server);
            return (FlagsOf(answer) & DnsFlags.Truncated) == 0 ? answer : await OverTcpAsync(server, request, query, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _health.Silent(server);
            return null;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // Unreachable or refusing: known at once.
            _health.Silent(server);
            return null;
        }
    }

    private static async Task<byte[]> OverUdpAsync(IPEndPoint server, ReadOnlyMemory<byte> request, DnsQuery query, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        var message = Request(request, out var id);
        await socket.SendAsync(message, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[MaxDatagram];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (IsAnswer(buffer.AsSpan(0, length), id, query))
                return buffer[..length];
        }
    }

    private static async Task<byte[]> OverTcpAsync(IPEndPoint server, ReadOnlyMemory<byte> request, DnsQuery query, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket);
        var message = Request(request, out var id);
        var framed = new byte[message.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed, 2);
        await stream.WriteAsync(framed, cancellationToken).ConfigureAwait(false);
        var size = new byte[2];
        await stream.ReadExactlyAsync(size, cancellationToken).ConfigureAwait(false);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(size)];
        await stream.ReadExactlyAsync(answer, cancellationToken).ConfigureAwait(false);
        return IsAnswer(answer, id, query) ? answer : throw new IOException("an answer to another question");
    }

    private static byte[] Request(ReadOnlyMemory<byte> request, out ushort id)
    {
        var message = request.ToArray();
        RandomNumberGenerator.Fill(message.AsSpan(0, 2));
        id = BinaryPrimitives.ReadUInt16BigEndian(message);
        return message;
    }

    private static bool IsAnswer(ReadOnlySpan<byte> answer, ushort id, in DnsQuery query)
    {
        if (answer.Length < DnsReader.HeaderSize || BinaryPrimitives.ReadUInt16BigEndian(answer) != id || (FlagsOf(answer) & DnsFlags.Response) == 0 || BinaryPrimitives.ReadUInt16BigEndian(answer[4..]) != 1)
            return false;
        var reader = new DnsReader(answer);
        return reader.TryReadQuestion(out var question) && question == query.Question;
    }

    private static DnsFlags FlagsOf(ReadOnlySpan<byte> message) => (DnsFlags)BinaryPrimitives.ReadUInt16BigEndian(message[2..]);

    private static DnsResponseCode CodeOf(ReadOnlySpan<byte> message) => (DnsResponseCode)(FlagsOf(message) & DnsFlags.ResponseCodeMask);
}
