using System.Diagnostics.CodeAnalysis;

namespace LiteKube.ApiServer.Transport;

/// <summary>
/// Whose turn it is to send events. A flush costs the same for one event as for fifty, and most of what it costs is waking the threads that pass it on.
/// So the watchers with something to send are run one after the other, in rounds, by one thread, and connections pass on what they wrote when the round
/// is over. Turns are saved up while it is quiet, so that an event now and then goes to a hundred watchers at once. In a storm there are so many turns a
/// pulse: each watcher sends the events of some milliseconds together, and the writers that cause them are not held up by their own watchers.
/// </summary>
internal sealed class FlushPace : IThreadPoolWorkItem, IDisposable
{
    public const int PerPulse = 40;

    /// <summary>The most turns that are saved up.</summary>
    public const int Burst = 128;

    public static readonly TimeSpan Pulse = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan s_soonest = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private TaskCompletionSource? _over;
    private long _refilled;
    private int _turns = Burst;
    private int _lastRound;
    private bool _scheduled;
    private bool _running;

    /// <param name="time">This machine's, whatever the cluster's clock shows: what is spread is work.</param>
    public FlushPace(TimeProvider time)
    {
        _time = time;
        _refilled = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Execute(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many had a turn in the round that was over last.</summary>
    public int LastRound => Volatile.Read(ref _lastRound);

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
            Refill();
            if (_turns == 0)
            {
                TimeRound();
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
            Refill();
        }

        var taken = 0;
        for (; Take() is { } turn; taken++)
            turn.SetResult();
        TaskCompletionSource? over;
        lock (_lock)
        {
            (over, _over) = (_over, null);
            Volatile.Write(ref _lastRound, taken);
            _scheduled = _waiting.Count > 0;
            if (_scheduled)
                TimeRound();
            // Last, since it is looked at without the lock: who sees that the round is over finds the next one timed.
            Volatile.Write(ref _running, false);
        }

        over?.SetResult();
    }

    public void Dispose() => _timer.Dispose();

    private void Refill()
    {
        var pulses = _time.GetElapsedTime(_refilled).Ticks / Pulse.Ticks;
        if (pulses == 0)
            return;
        _turns = (int)Math.Min(Burst, _turns + (pulses * PerPulse));
        _refilled += pulses * Pulse.Ticks * _time.TimestampFrequency / TimeSpan.TicksPerSecond;
    }

    /// <summary>The next round begins with the next pulse. A timer may come a little early, so it is never set to nothing.</summary>
    private void TimeRound()
    {
        var rest = Pulse - _time.GetElapsedTime(_refilled);
        _timer.Change(rest > s_soonest ? rest : s_soonest, Timeout.InfiniteTimeSpan);
    }

    private TaskCompletionSource? Take()
    {
        lock (_lock)
        {
            if (_turns == 0 || !_waiting.TryDequeue(out var turn))
                return null;
            _turns--;
            return turn;
        }
    }
}
