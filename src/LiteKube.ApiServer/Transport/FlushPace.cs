using System.Diagnostics.CodeAnalysis;

namespace LiteKube.ApiServer.Transport;

/// <summary>
/// Whose turn it is to send events. A flush costs the same for one event as for fifty, and most of what it costs is waking the threads that pass it on.
/// So the watchers with something to send are run one after the other, in rounds, by one thread, and connections pass on what they wrote when the round
/// is over. Where there are more watchers than the machine should be busy with, the rest wait for the next pulse: under a storm each sends the events of
/// some milliseconds together, and the writers that cause them are not held up by their own watchers. After quiet the first round starts at once.
/// </summary>
internal sealed class FlushPace : IThreadPoolWorkItem, IDisposable
{
    public const int PerPulse = 60;

    public static readonly TimeSpan Pulse = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private TaskCompletionSource? _over;
    private long _pulseStart;
    private int _turns;
    private bool _scheduled;
    private bool _running;

    /// <param name="time">This machine's, whatever the cluster's clock shows: what is spread is work.</param>
    public FlushPace(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(_ => Execute(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Completes when the caller may write and flush what it has. It then runs within a round, and may not block: others wait behind it.
    /// </summary>
    public Task TurnAsync()
    {
        var turn = new TaskCompletionSource();
        lock (_lock)
        {
            _waiting.Enqueue(turn);
            if (_scheduled)
                return turn.Task;
            _scheduled = true;
            var elapsed = _time.GetElapsedTime(_pulseStart);
            if (_turns >= PerPulse && elapsed < Pulse)
            {
                _timer.Change(Pulse - elapsed, Timeout.InfiniteTimeSpan);
                return turn.Task;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return turn.Task;
    }

    /// <summary>Whether a round runs, at whose end it is better to pass things on.</summary>
    public bool IsRunning([NotNullWhen(true)] out Task? over)
    {
        over = null;
        if (!Volatile.Read(ref _running))
            return false;
        lock (_lock)
        {
            if (_running)
                over = (_over ??= new TaskCompletionSource()).Task;
        }

        return over is not null;
    }

    /// <summary>Runs a round. Never two at once: the next is scheduled when this one is over.</summary>
    public void Execute()
    {
        lock (_lock)
        {
            _running = true;
            if (_time.GetElapsedTime(_pulseStart) >= Pulse)
                (_pulseStart, _turns) = (_time.GetTimestamp(), 0);
        }

        while (Take() is { } turn)
            turn.SetResult();
        TaskCompletionSource? over;
        lock (_lock)
        {
            (over, _over, _running) = (_over, null, false);
            _scheduled = _waiting.Count > 0;
            if (_scheduled)
                _timer.Change(Max(Pulse - _time.GetElapsedTime(_pulseStart), TimeSpan.FromMilliseconds(1)), Timeout.InfiniteTimeSpan);
        }

        over?.SetResult();
    }

    public void Dispose() => _timer.Dispose();

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private TaskCompletionSource? Take()
    {
        lock (_lock)
        {
            if (_turns >= PerPulse || !_waiting.TryDequeue(out var turn))
                return null;
            _turns++;
            return turn;
        }
    }
}
