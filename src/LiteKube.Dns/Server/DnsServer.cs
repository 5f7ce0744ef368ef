using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace LiteKube.Dns.Server;

/// <summary>UDP and TCP sockets in front of a <see cref="DnsResponder"/>.</summary>
internal sealed partial class DnsServer(DnsOptions options, DnsResponder responder, TimeProvider time, ILogger logger) : IDisposable
{
    private const int IPLevel = 0;
    private const int FreeBind = 15;
    private const int MaxWaiting = 1024;
    private const int MaxConnections = 256;
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _waiting = new(MaxWaiting);
    private readonly SemaphoreSlim _connections = new(MaxConnections);
    private Socket? _udp;
    private Socket? _tcp;

    /// <summary>Where it listens; the port is the one chosen where 0 was asked for.</summary>
    internal IPEndPoint EndPoint => (IPEndPoint)_udp!.LocalEndPoint!;

    /// <summary>Binds both sockets. The address need not be on an interface yet.</summary>
    /// <exception cref="SocketException">The port is taken.</exception>
    internal void Bind()
    {
        var udp = Open(SocketType.Dgram, ProtocolType.Udp);
        try
        {
            udp.Bind(new IPEndPoint(options.Address, options.Port));
            var tcp = Open(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                tcp.Bind((IPEndPoint)udp.LocalEndPoint!);
                tcp.Listen(MaxConnections);
                (_udp, _tcp) = (udp, tcp);
            }
            catch
            {
                tcp.Dispose();
                throw;
            }
        }
        catch
        {
            udp.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _udp?.Dispose();
        _tcp?.Dispose();
        _waiting.Dispose();
        _connections.Dispose();
    }

    /// <summary>Serves until cancelled.</summary>
    internal Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(ServeUdpAsync(_udp!, cancellationToken), ServeTcpAsync(_tcp!, cancellationToken));

    private Socket Open(SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(options.Address.AddressFamily, type, protocol);
        if (options.Address.AddressFamily == AddressFamily.InterNetwork)
            socket.SetRawSocketOption(IPLevel, FreeBind, [1, 0, 0, 0]);
        return socket;
    }

    private async Task ServeUdpAsync(Socket socket, CancellationToken cancellationToken)
    {
        var request = new byte[DnsResponder.MaxMessage];
        var answer = new byte[DnsResponder.MaxMessage];
        var client = new SocketAddress(socket.AddressFamily);
        while (true)
        {
            try
            {
                var length = await socket.ReceiveFromAsync(request, SocketFlags.None, client, cancellationToken).ConfigureAwait(false);
                if (responder.TryRespond(request.AsSpan(0, length), answer, isUdp: true) is { } size)
                {
                    if (size > 0)
                        await socket.SendToAsync(answer.AsMemory(0, size), SocketFlags.None, client, cancellationToken).ConfigureAwait(false);
                }
                else if (_waiting.Wait(0, CancellationToken.None))
                {
                    var copy = new SocketAddress(client.Family, client.Size);
                    client.Buffer.CopyTo(copy.Buffer);
                    _ = ForwardAsync(socket, request.AsSpan(0, length).ToArray(), copy, cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                // One client's failure (its port closed, its address gone) is no reason to stop.
                LogClientFailed(e.SocketErrorCode);
            }
        }
    }

    private async Task ForwardAsync(Socket socket, byte[] request, SocketAddress client, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await responder.RespondAsync(request, isUdp: true, cancellationToken).ConfigureAwait(false);
            await socket.SendToAsync(answer, SocketFlags.None, client, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping: the client asks again.
        }
        catch (SocketException e)
        {
            LogClientFailed(e.SocketErrorCode);
        }
        catch (Exception e)
        {
            LogForwardingFailed(e);
        }
        finally
        {
            _waiting.Release();
        }
    }

    private async Task ServeTcpAsync(Socket listener, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await _connections.WaitAsync(cancellationToken).ConfigureAwait(false);
                _ = ServeConnectionAsync(await listener.AcceptAsync(cancellationToken).ConfigureAwait(false), cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                _connections.Release();
                LogClientFailed(e.SocketErrorCode);
            }
        }
    }

    /// <summary>One request after another, until the client is done or idle.</summary>
    private async Task ServeConnectionAsync(Socket socket, CancellationToken cancellationToken)
    {
        var request = ArrayPool<byte>.Shared.Rent(DnsResponder.MaxMessage);
        var answer = ArrayPool<byte>.Shared.Rent(DnsResponder.MaxMessage + 2);
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            while (true)
            {
                using var idle = new CancellationTokenSource(s_idle, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
                await stream.ReadExactlyAsync(request.AsMemory(0, 2), either.Token).ConfigureAwait(false);
                var length = BinaryPrimitives.ReadUInt16BigEndian(request);
                await stream.ReadExactlyAsync(request.AsMemory(0, length), either.Token).ConfigureAwait(false);
                var size = await AnswerAsync(request.AsMemory(0, length), answer, cancellationToken).ConfigureAwait(false);
                if (size == 0)
                    return;
                BinaryPrimitives.WriteUInt16BigEndian(answer, (ushort)size);
                await stream.WriteAsync(answer.AsMemory(0, size + 2), either.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client closed, idled or broke off; or LiteKube stops.
        }
        catch (Exception e)
        {
            LogForwardingFailed(e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(request);
            ArrayPool<byte>.Shared.Return(answer);
            _connections.Release();
        }
    }

    /// <summary>Writes after the two octets of the length.</summary>
    private async ValueTask<int> AnswerAsync(ReadOnlyMemory<byte> request, byte[] answer, CancellationToken cancellationToken)
    {
        if (responder.TryRespond(request.Span, answer.AsSpan(2, DnsResponder.MaxMessage), isUdp: false) is { } size)
            return size;
        var waited = await responder.RespondAsync(request, isUdp: false, cancellationToken).ConfigureAwait(false);
        waited.CopyTo(answer.AsMemory(2));
        return waited.Length;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A DNS client could not be answered: {Error}")]
    private partial void LogClientFailed(SocketError error);

    [LoggerMessage(Level = LogLevel.Error, Message = "A DNS request failed")]
    private partial void LogForwardingFailed(Exception e);
}
