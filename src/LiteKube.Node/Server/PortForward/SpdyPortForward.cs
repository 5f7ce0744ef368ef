using System.Globalization;
using System.Text;
using LiteKube.Node.Server.Spdy;
using LiteKube.Node.Server.Streams;

namespace LiteKube.Node.Server.PortForward;

/// <summary>
/// Port forwarding over SPDY, be it on the connection itself or inside a WebSocket: for each connection the client opens an error and a data stream
/// with the port and the same request id.
/// </summary>
internal sealed class SpdyPortForward(PodPort pod, NodeServerOptions options, TimeProvider time)
{
    public const string Protocol = "portforward.k8s.io";

    private readonly Dictionary<string, Pair> _waiting = [];
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _running = [];

    /// <summary>Serves until the client closes the transport, which is then disposed of, or all its connections are silent for too long.</summary>
    public async Task RunAsync(Stream transport, CancellationToken cancellationToken)
    {
        await using var session = new SpdySession(transport);
        using var idle = new IdleWatch(time, options.StreamIdleTimeout);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token);
        try
        {
            await session.RunAsync(stream => Accept(stream, idle, ended.Token), ended.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SpdyProtocolException)
        {
            // The client is gone or talks nonsense: its connections end with it.
        }

        await ended.CancelAsync().ConfigureAwait(false);
        Task[] running;
        lock (_lock)
            running = [.. _running];
        await Task.WhenAll(running).ConfigureAwait(false);
    }

    private void Accept(SpdyStream stream, IdleWatch idle, CancellationToken cancellationToken)
    {
        var isError = stream.Header("streamtype") == "error";
        var id = stream.Header("requestid");

        // Clients from before request ids open the error stream first and the data stream right after it.
        if (id.Length == 0)
            id = (isError ? stream.Id : stream.Id - 2).ToString(CultureInfo.InvariantCulture);
        if (!_waiting.Remove(id, out var pair))
        {
            _waiting[id] = pair = new Pair();
            Track(ExpireAsync(pair, cancellationToken));
        }

        if (isError)
            pair.Error = stream;
        else
            pair.Data = stream;
        if (pair is { Data: { } data, Error: { } error })
        {
            pair.Complete.TrySetResult();
            Track(ForwardAsync(data, error, idle, cancellationToken));
        }
        else
        {
            _waiting[id] = pair;
        }
    }

    private async Task ForwardAsync(SpdyStream data, SpdyStream error, IdleWatch idle, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            if (!ushort.TryParse(data.Header("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            {
                await FailAsync(data, error, $"invalid port {data.Header("port")}", cancellationToken).ConfigureAwait(false);
                return;
            }

            var (socket, reason) = await pod.ConnectAsync(port, cancellationToken).ConfigureAwait(false);
            if (socket is null)
            {
                await FailAsync(data, error, reason!, cancellationToken).ConfigureAwait(false);
                return;
            }

            using (socket)
                await ForwardedConnection.RunAsync(new SpdyPortStream(data), socket, idle, cancellationToken).ConfigureAwait(false);
            await error.CloseSendAsync(cancellationToken).ConfigureAwait(false);
            if (!data.SendClosed)
                await data.ResetAsync(SpdyResetStatus.Cancel, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client went.
        }
    }

    private static async Task FailAsync(SpdyStream data, SpdyStream error, string reason, CancellationToken cancellationToken)
    {
        data.StopReading();
        await error.WriteAsync(Encoding.UTF8.GetBytes(reason), cancellationToken).ConfigureAwait(false);
        await error.CloseSendAsync(cancellationToken).ConfigureAwait(false);
        await data.CloseSendAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A stream whose partner never comes is refused.</summary>
    private async Task ExpireAsync(Pair pair, CancellationToken cancellationToken)
    {
        try
        {
            await pair.Complete.Task.WaitAsync(options.StreamCreationTimeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await RefuseAsync(pair.Data ?? pair.Error, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
    }

    private static async Task RefuseAsync(SpdyStream? stream, CancellationToken cancellationToken)
    {
        try
        {
            if (stream is not null)
                await stream.ResetAsync(SpdyResetStatus.Cancel, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client went.
        }
    }

    private void Track(Task task)
    {
        lock (_lock)
            _running.Add(task);
        task.ContinueWith(Untrack, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Untrack(Task task)
    {
        lock (_lock)
            _running.Remove(task);
    }

    private sealed class Pair
    {
        public SpdyStream? Data { get; set; }

        public SpdyStream? Error { get; set; }

        public TaskCompletionSource Complete { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class SpdyPortStream(SpdyStream stream) : IPortStream
    {
        public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => stream.ReadAsync(buffer, cancellationToken);

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => stream.WriteAsync(bytes, cancellationToken);

        public ValueTask CloseSendAsync(CancellationToken cancellationToken) => stream.CloseSendAsync(cancellationToken);

        public void StopReading() => stream.StopReading();
    }
}
