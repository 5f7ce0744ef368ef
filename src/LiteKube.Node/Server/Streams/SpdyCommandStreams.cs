using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Node.Server.Spdy;

namespace LiteKube.Node.Server.Streams;

/// <summary>Exec and attach over SPDY/3.1: the client opens one stream for each standard stream it wants, one for the outcome, one for terminal sizes.</summary>
internal sealed class SpdyCommandStreams : ICommandStreams
{
    private const string StreamType = "streamtype";
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly SpdySession _session;
    private readonly CommandProtocol _protocol;
    private readonly Dictionary<string, SpdyStream?> _streams = [];
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TerminalSizes _sizeParser = new();
    private readonly Queue<TerminalSize> _sizes = new();
    private Task _running = Task.CompletedTask;

    private SpdyCommandStreams(Stream transport, CommandProtocol protocol, CommandRequest request)
    {
        _session = new SpdySession(transport);
        _protocol = protocol;
        _streams["error"] = null;
        if (request.Stdin)
            _streams["stdin"] = null;
        if (request.Stdout)
            _streams["stdout"] = null;
        if (request.Stderr)
            _streams["stderr"] = null;
        if (request.Tty && protocol.Resize)
            _streams["resize"] = null;
    }

    public CancellationToken Gone => _gone.Token;

    /// <summary>Null where the client does not open its streams in time, or goes.</summary>
    public static async Task<SpdyCommandStreams?> OpenAsync(Stream transport, CommandProtocol protocol, CommandRequest request, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var streams = new SpdyCommandStreams(transport, protocol, request);
        streams._running = streams.RunAsync();
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, streams.Gone, cancellationToken);
        try
        {
            await streams._complete.Task.WaitAsync(either.Token).ConfigureAwait(false);
            return streams;
        }
        catch (OperationCanceledException)
        {
            await streams.DisposeAsync().ConfigureAwait(false);
            return null;
        }
    }

    public ValueTask<int> ReadStdinAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _streams.GetValueOrDefault("stdin") is { } stdin ? stdin.ReadAsync(buffer, cancellationToken) : ValueTask.FromResult(0);

    public void StopStdin() => _streams.GetValueOrDefault("stdin")?.StopReading();

    public async ValueTask<TerminalSize?> ReadSizeAsync(CancellationToken cancellationToken)
    {
        if (_streams.GetValueOrDefault("resize") is not { } stream)
            return null;
        var buffer = new byte[256];
        TerminalSize size;
        while (!_sizes.TryDequeue(out size))
        {
            var read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return null;
            foreach (var next in _sizeParser.Feed(buffer.AsMemory(0, read)))
                _sizes.Enqueue(next);
        }

        return size;
    }

    public ValueTask WriteAsync(OutputStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        _streams.GetValueOrDefault(stream == OutputStream.Stderr ? "stderr" : "stdout") is { } output ? output.WriteAsync(bytes, cancellationToken) : ValueTask.CompletedTask;

    public async ValueTask FinishAsync(CommandOutcome outcome, CancellationToken cancellationToken)
    {
        foreach (var name in (string[])["stdout", "stderr"])
        {
            if (_streams.GetValueOrDefault(name) is { } output)
                await output.CloseSendAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_streams["error"] is { } error)
        {
            if (_protocol.StatusOutcome)
                await error.WriteAsync(outcome.ToStatus(), cancellationToken).ConfigureAwait(false);
            else if (!outcome.IsSuccess)
                await error.WriteAsync(Encoding.UTF8.GetBytes(outcome.Text), cancellationToken).ConfigureAwait(false);
            await error.CloseSendAsync(cancellationToken).ConfigureAwait(false);
        }

        // Closing at once would lose what Go's clients have received and not yet sorted into streams, so they may close first.
        await _session.GoAwayAsync(cancellationToken).ConfigureAwait(false);
        await _running.WaitAsync(CloseTimeout, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _session.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        _gone.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await _session.RunAsync(Accept, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SpdyProtocolException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Whatever ended the session, the client has gone.
        }

        await _gone.CancelAsync().ConfigureAwait(false);
    }

    private void Accept(SpdyStream stream)
    {
        var type = stream.Header(StreamType);
        if (!_streams.TryGetValue(type, out var taken) || taken is not null)
            return;
        _streams[type] = stream;
        if (_streams.Values.All(s => s is not null))
            _complete.TrySetResult();
    }
}
