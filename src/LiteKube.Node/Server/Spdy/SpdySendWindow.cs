namespace LiteKube.Node.Server.Spdy;

/// <summary>
/// How many bytes the peer still takes. Go's SPDY library, which nearly all of Kubernetes' clients are built on, does no flow control and never
/// enlarges a window; so the window counts from the moment when the peer first shows that it does, and until then TCP alone holds us back.
/// </summary>
/// <param name="enforced">The peer has shown it already.</param>
internal sealed class SpdySendWindow(int initial, bool enforced = false)
{
    private readonly Lock _lock = new();
    private long _available = initial;
    private bool _enforced = enforced;
    private TaskCompletionSource? _grown;
    private Exception? _closed;

    /// <summary>Takes up to <paramref name="wanted"/> bytes, at least one; waits while the peer takes none.</summary>
    public async ValueTask<int> TakeAsync(int wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task grown;
            lock (_lock)
            {
                if (_closed is not null)
                    throw new IOException("the stream was reset", _closed);
                if (!_enforced || _available > 0)
                {
                    var taken = _enforced ? (int)Math.Min(wanted, _available) : wanted;
                    _available -= taken;
                    return taken;
                }

                grown = (_grown ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await grown.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Also negative, where a smaller initial window is announced.</summary>
    public void Grow(long bytes)
    {
        lock (_lock)
        {
            _enforced = true;
            _available += bytes;
            Wake();
        }
    }

    /// <summary>Gives back what was taken and not used.</summary>
    public void Return(int bytes)
    {
        lock (_lock)
        {
            _available += bytes;
            Wake();
        }
    }

    public void Close(Exception reason)
    {
        lock (_lock)
        {
            _closed ??= reason;
            Wake();
        }
    }

    private void Wake()
    {
        _grown?.TrySetResult();
        _grown = null;
    }
}
