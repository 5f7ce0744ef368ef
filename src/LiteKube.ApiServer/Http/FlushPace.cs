namespace LiteKube.ApiServer.Http;

/// <summary>
/// Spreads the flushes of watches where there are more than the machine should be busy with. A flush costs the same for one event as for fifty, so
/// under a storm of events each watcher sends those of some milliseconds together, and the writers that cause them are not held up by their own watchers.
/// Below the limit nobody waits: the first event after quiet leaves at once.
/// </summary>
internal sealed class FlushPace : IDisposable
{
    private const int PerPulse = 60;

    private static readonly TimeSpan s_pulse = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();

    // This machine's time, whatever the cluster's clock shows: what is spread is work.
    private readonly ITimer _timer;
    private long _pulseStart;
    private int _flushes;
    private bool _ticking;

    public FlushPace() => _timer = TimeProvider.System.CreateTimer(_ => Release(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Called after each flush; completes when the caller may flush again.</summary>
    public ValueTask NextAsync()
    {
        lock (_lock)
        {
            if (TimeProvider.System.GetElapsedTime(_pulseStart) >= s_pulse)
            {
                _pulseStart = TimeProvider.System.GetTimestamp();
                _flushes = 0;
            }

            if (_waiting.Count == 0 && ++_flushes <= PerPulse)
                return ValueTask.CompletedTask;
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
            if (!_ticking)
            {
                _ticking = true;
                _timer.Change(s_pulse, s_pulse);
            }

            return new ValueTask(turn.Task);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Release()
    {
        lock (_lock)
        {
            for (var i = 0; i < PerPulse && _waiting.TryDequeue(out var turn); i++)
                turn.SetResult();
            if (_waiting.Count > 0 || !_ticking)
                return;
            _ticking = false;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
