namespace LiteKube.ApiServer.Verbs;

/// <summary>Ends the wait of a watch for events when something else is due: a bookmark, or the watch's end. Costs nothing per event.</summary>
internal sealed class WatchAlarm : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationToken _cancellation;
    private readonly TimeSpan _period;
    private readonly ITimer _end;
    private readonly ITimer _tick;
    private CancellationTokenSource _wake;
    private bool _over;
    private bool _due;
    private bool _disposed;

    /// <param name="period">Between ticks; infinite for none.</param>
    public WatchAlarm(TimeProvider time, TimeSpan end, TimeSpan period, CancellationToken cancellationToken)
    {
        (_cancellation, _period) = (cancellationToken, period);
        _wake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _end = time.CreateTimer(_ => End(), null, end, Timeout.InfiniteTimeSpan);
        _tick = time.CreateTimer(_ => Raise(ref _due), null, period, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when a tick or the end is due, and with the caller's own.</summary>
    public CancellationToken Token
    {
        get
        {
            lock (_lock)
                return _wake.Token;
        }
    }

    public bool IsOver => Volatile.Read(ref _over);

    public void End() => Raise(ref _over);

    /// <summary>True once a period; the next one begins with this.</summary>
    public bool TakeTick()
    {
        if (!Volatile.Read(ref _due))
            return false;
        lock (_lock)
        {
            if (_disposed)
                return false;
            _due = false;
            _wake.Dispose();
            _wake = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
            if (_over)
                _wake.Cancel();
            _tick.Change(_period, Timeout.InfiniteTimeSpan);
            return true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _end.Dispose();
            _tick.Dispose();
            _wake.Dispose();
        }
    }

    private void Raise(ref bool flag)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            flag = true;
            _wake.Cancel();
        }
    }
}
