using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Transport;

/// <summary>
/// One connection: the socket, TLS, and between them and Kestrel a pipe each way. What Kestrel writes while a send is under way goes out together with the
/// next: hundreds of watch events or answers in full records and one call, where each would otherwise pay for its own.
/// </summary>
internal sealed partial class TlsConnection : DefaultConnectionContext, IMemoryPoolFeature
{
    /// <summary>What may wait for a slow client before its writers do.</summary>
    private const int MostUnsent = 512 * 1024;

    /// <summary>What is taken in of a request before it is wanted.</summary>
    private const int MostUnread = 256 * 1024;

    private const int SmallestRead = 4096;

    private static readonly TimeSpan s_handshakeLimit = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Socket _socket;
    private readonly BlockPool _pool;
    private readonly FlushPace _pace;
    private readonly ILogger _log;
    private readonly RecordStream _records;
    private readonly SslStream _tls;
    private readonly CancellationTokenSource _closed = new();
    private ConnectionAbortedException? _aborted;
    private Pipe? _output;
    private bool _isShut;

    public TlsConnection(Socket socket, BlockPool pool, FlushPace pace, ILogger log)
        : base(Guid.NewGuid().ToString("n"))
    {
        (_socket, _pool, _pace, _log) = (socket, pool, pace, log);
        _records = new RecordStream(socket);
        _tls = new SslStream(_records, leaveInnerStreamOpen: true);
        ConnectionClosed = _closed.Token;
        (LocalEndPoint, RemoteEndPoint) = (socket.LocalEndPoint, socket.RemoteEndPoint);
        Features.Set<IMemoryPoolFeature>(this);
    }

    MemoryPool<byte> IMemoryPoolFeature.MemoryPool => _pool;

    /// <summary>Shakes hands, then serves until either side has had enough.</summary>
    public async Task RunAsync(SslServerAuthenticationOptions options, ConnectionDelegate serve)
    {
        if (!await HandshakeAsync(options))
            return;
        // HTTP/2 only sorts frames where it is called back; HTTP/1.1 would run the request there, and nobody would see the client leave.
        var inline = _tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2;
        var input = new Pipe(new PipeOptions(_pool, inline ? PipeScheduler.Inline : PipeScheduler.ThreadPool, PipeScheduler.ThreadPool, MostUnread, MostUnread / 2, useSynchronizationContext: false));
        var output = _output = new Pipe(new PipeOptions(_pool, PipeScheduler.ThreadPool, PipeScheduler.ThreadPool, MostUnsent, MostUnsent / 2, useSynchronizationContext: false));
        Transport = new DuplexPipe(input.Reader, new RoundWriter(output.Writer, _pace));
        var sending = SendAllAsync(output.Reader, input.Writer);
        var receiving = ReceiveAllAsync(input.Writer);
        try
        {
            await serve(this);
        }
        finally
        {
            await input.Reader.CompleteAsync();
            await output.Writer.CompleteAsync();
            await sending;
            await receiving;
        }
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _aborted ??= abortReason;
        Shut();
        _output?.Reader.CancelPendingRead();
    }

    public override async ValueTask DisposeAsync()
    {
        Shut();
        await _tls.DisposeAsync();
        _closed.Dispose();
        await base.DisposeAsync();
    }

    private async ValueTask<bool> HandshakeAsync(SslServerAuthenticationOptions options)
    {
        using var limit = new CancellationTokenSource(s_handshakeLimit);
        try
        {
            await _tls.AuthenticateAsServerAsync(options, limit.Token);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            HandshakeFailed(_log, RemoteEndPoint, e.Message);
            return false;
        }

        var feature = new TlsFeature(_tls);
        Features.Set<ITlsConnectionFeature>(feature);
        Features.Set<ITlsHandshakeFeature>(feature);
        Features.Set<ITlsApplicationProtocolFeature>(feature);
        return true;
    }

    private async Task ReceiveAllAsync(PipeWriter input)
    {
        Exception? error = null;
        try
        {
            while (true)
            {
                // Waits until there is something: an idle connection holds no buffer.
#pragma warning disable CA2022 // Nothing is asked for, so nothing can be missing.
                await _tls.ReadAsync(Memory<byte>.Empty);
#pragma warning restore CA2022
                var read = await _tls.ReadAsync(input.GetMemory(SmallestRead));
                if (read == 0)
                    break;
                input.Advance(read);
                var flushed = await input.FlushAsync();
                if (flushed.IsCompleted || flushed.IsCanceled)
                    break;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or AuthenticationException)
        {
            error = _aborted ?? (Exception)new ConnectionResetException(e.Message, e);
        }

        await input.CompleteAsync(_aborted ?? error);
        try
        {
            await _closed.CancelAsync();
        }
        catch (AggregateException e)
        {
            ClosingFailed(_log, e);
        }
    }

    private async Task SendAllAsync(PipeReader output, PipeWriter input)
    {
        Exception? error = null;
        try
        {
            while (true)
            {
                var result = await output.ReadAsync();
                if (result.IsCanceled)
                    break;
                if (!result.Buffer.IsEmpty)
                    await SendAsync(result.Buffer);
                output.AdvanceTo(result.Buffer.End);
                if (!result.IsCompleted)
                    continue;
                await _tls.ShutdownAsync();
                break;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            error = new ConnectionResetException(e.Message, e);
        }

        // The other direction ends with this one.
        Shut();
        await output.CompleteAsync(error);
        input.CancelPendingFlush();
    }

    private async ValueTask SendAsync(ReadOnlySequence<byte> buffer)
    {
        _records.Gather();
        foreach (var segment in buffer)
            await _tls.WriteAsync(segment);
        await _records.SendAsync();
    }

    private void Shut()
    {
        lock (_lock)
        {
            if (_isShut)
                return;
            _isShut = true;
            try
            {
                _socket.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // The client was first.
            }

            _socket.Dispose();
        }
    }

    [LoggerMessage(LogLevel.Debug, "TLS handshake with {Client} failed: {Reason}")]
    private static partial void HandshakeFailed(ILogger log, System.Net.EndPoint? client, string reason);

    [LoggerMessage(LogLevel.Error, "what had to know of a connection's end failed")]
    private static partial void ClosingFailed(ILogger log, Exception error);

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
