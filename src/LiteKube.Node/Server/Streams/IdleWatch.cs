namespace LiteKube.Node.Server.Streams;

/// <summary>Cancels when nothing has moved for the given time.</summary>
internal sealed class IdleWatch : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _idle = new();
    private readonly ITimer _timer;
    private long _touched;

    public IdleWatch(TimeProvider time, TimeSpan limit)
    {
        _time = time;
        _limit = limit;
        _touched = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((IdleWatch)state!).Check(), this, limit, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _idle.Token;

    public void Touch() => Volatile.Write(ref _touched, _time.GetTimestamp());

    public void Dispose()
    {
        _timer.Dispose();
        _idle.Dispose();
    }

    private void Check()
    {
        var left = _limit - _time.GetElapsedTime(Volatile.Read(ref _touched));
        try
        {
            if (left <= TimeSpan.Zero)
                _idle.Cancel();
            else
                _timer.Change(left, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The session ended while the timer fired.
        }
    }
}
