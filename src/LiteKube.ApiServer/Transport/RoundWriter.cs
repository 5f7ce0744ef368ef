using System.IO.Pipelines;

namespace LiteKube.ApiServer.Transport;

/// <summary>
/// Kestrel's end of a connection's outgoing pipe. Kestrel flushes after every stream's piece. While a round of watchers runs the first such flush
/// waits for its end, so that Kestrel then finds the pieces of all of them together, instead of being put to sleep and woken for each.
/// </summary>
internal sealed class RoundWriter(PipeWriter pipe, FlushPace pace) : PipeWriter
{
    /// <summary>Flushes that go through at once: those of the streams that gathered while one waited, though the next round may run already.</summary>
    private int _free;

    public override bool CanGetUnflushedBytes => pipe.CanGetUnflushedBytes;

    public override long UnflushedBytes => pipe.UnflushedBytes;

    public override void Advance(int bytes) => pipe.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => pipe.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => pipe.GetSpan(sizeHint);

    public override void CancelPendingFlush() => pipe.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => pipe.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => pipe.CompleteAsync(exception);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_free > 0)
        {
            _free--;
            return pipe.FlushAsync(cancellationToken);
        }

        return pace.IsRunning(out var over) ? FlushAfterAsync(over, cancellationToken) : pipe.FlushAsync(cancellationToken);
    }

    private async ValueTask<FlushResult> FlushAfterAsync(Task over, CancellationToken cancellationToken)
    {
        await over;
        _free = pace.LastRound;
        return await pipe.FlushAsync(cancellationToken);
    }
}
