using System.IO.Pipelines;
using LiteKube.Node.Server.Streams;

namespace LiteKube.Node.Server.Spdy;

/// <summary>One stream of a session. Reading gives back window to the peer as bytes are consumed; each direction is closed on its own.</summary>
internal sealed class SpdyStream
{
    /// <summary>More than a peer with flow control ever has on the way, so that only one without it can make the session wait.</summary>
    private const int ReceiveBuffer = 2 * SpdySession.InitialWindow;

    private readonly SpdySession _session;
    private readonly Pipe _received = new(new PipeOptions(pauseWriterThreshold: ReceiveBuffer, resumeWriterThreshold: ReceiveBuffer / 2, useSynchronizationContext: false));
    private int _consumed;
    private int _closedSides;

    public SpdyStream(SpdySession session, int id, IReadOnlyDictionary<string, string> headers, SpdySendWindow sendWindow)
    {
        _session = session;
        Id = id;
        Headers = headers;
        SendWindow = sendWindow;
    }

    public int Id { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    public SpdySendWindow SendWindow { get; }

    public bool ReceiveClosed { get; private set; }

    public bool SendClosed { get; private set; }

    public string Header(string name) => Headers.GetValueOrDefault(name, "");

    /// <summary>0 at the end. Throws an IOException where the peer reset the stream or the session broke.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = await _received.Reader.ReadIntoAsync(buffer, cancellationToken).ConfigureAwait(false);
        _consumed += count;
        if (_consumed >= SpdySession.InitialWindow / 2)
        {
            await _session.SendWindowUpdateAsync(Id, _consumed, cancellationToken).ConfigureAwait(false);
            _consumed = 0;
        }

        return count;
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => _session.SendDataAsync(this, bytes, cancellationToken);

    /// <summary>End of our data. The peer's may go on.</summary>
    public async ValueTask CloseSendAsync(CancellationToken cancellationToken)
    {
        if (SendClosed)
            return;
        SendClosed = true;
        await _session.SendEndAsync(Id, cancellationToken).ConfigureAwait(false);
        CountClosedSide();
    }

    /// <summary>Gives the stream up. Whoever still reads it has to be told otherwise; the peer's data is dropped.</summary>
    public ValueTask ResetAsync(SpdyResetStatus status, CancellationToken cancellationToken)
    {
        SendClosed = true;
        SendWindow.Close(new IOException("the stream was reset here"));
        _session.Forget(this);
        return _session.SendResetAsync(Id, status, cancellationToken);
    }

    /// <summary>From the session's read loop. Waits while the reader is behind.</summary>
    public async ValueTask ReceiveAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        await _received.Writer.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);

    public void ReceiveEnd()
    {
        if (ReceiveClosed)
            return;
        ReceiveClosed = true;
        _received.Writer.Complete();
        CountClosedSide();
    }

    /// <summary>From the session's read loop alone, as everything that ends the receiving side.</summary>
    public void Abort(IOException reason)
    {
        ReceiveClosed = SendClosed = true;
        _received.Writer.Complete(reason);
        SendWindow.Close(reason);
        _session.Forget(this);
    }

    /// <summary>Whoever read this stream has stopped: what still comes is dropped.</summary>
    public void StopReading() => _received.Reader.Complete();

    private void CountClosedSide()
    {
        if (Interlocked.Increment(ref _closedSides) == 2)
            _session.Forget(this);
    }
}
