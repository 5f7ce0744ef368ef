namespace LiteKube.ApiServer.Http;

/// <summary>
/// Spreads the flushes of watches where there are more than the machine should be busy with. A flush costs the same for one event as for fifty, so
/// under a storm of events each watcher sends those of some milliseconds together, and the writers that cause them are not held up by their own watchers.
/// Below the limit nobody waits: the first event after quiet leaves at once. Those who waited are run one after the other by one thread: what they hand
/// on then meets threads that are awake already, and waking one costs more than a flush.
/// </summary>
internal sealed class FlushPace : IDisposable
{
    public const int PerPulse = 60;

    public static readonly TimeSpan Pulse = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _pulseStart;
    private int _flushes;
    private bool _ticking;

    /// <param name="time">This machine's, whatever the cluster's clock shows: what is spread is work.</param>
    public FlushPace(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(_ => Release(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Called after each flush; completes when the caller may flush again.</summary>
    public ValueTask NextAsync()
    {
        lock (_lock)
        {
            if (_time.GetElapsedTime(_pulseStart) >= Pulse)
            {
                _pulseStart = _time.GetTimestamp();
                _flushes = 0;
            }

            if (_waiting.Count == 0 && ++_flushes <= PerPulse)
                return ValueTask.CompletedTask;
            var turn = new TaskCompletionSource();
            _waiting.Enqueue(turn);
            if (!_ticking)
            {
                _ticking = true;
                _timer.Change(Pulse, Pulse);
            }

            return new ValueTask(turn.Task);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Release()
    {
        // What a turn does never blocks: it writes what its watcher has ready and asks for the next turn.
        for (var i = 0; i < PerPulse && Take() is { } turn; i++)
            turn.SetResult();
    }

    private TaskCompletionSource? Take()
    {
        lock (_lock)
        {
            if (_waiting.TryDequeue(out var turn))
                return turn;
            if (_ticking)
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _ticking = false;
            return null;
        }
    }
}
