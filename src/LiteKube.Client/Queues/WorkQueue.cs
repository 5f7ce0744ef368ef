using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace LiteKube.Client;

/// <summary>
/// Keys that wait to be worked on. A key is in the queue at most once; one that is added while it is being worked on comes back when that is done;
/// first come, first served. Nothing runs while nothing waits: delays share one timer, set for the earliest.
/// </summary>
public sealed class WorkQueue<TKey> : IDisposable where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();
    private readonly HashSet<TKey> _dirty = [];
    private readonly HashSet<TKey> _working = [];
    private readonly Dictionary<TKey, DateTimeOffset> _due = [];
    private readonly PriorityQueue<TKey, DateTimeOffset> _delayed = new();
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly TimeProvider _time;
    private readonly WorkQueueOptions _options;
    private readonly ITimer _timer;
    private bool _shutDown;

    public WorkQueue(TimeProvider time, WorkQueueOptions? options = null)
    {
        _time = time;
        _options = options ?? new WorkQueueOptions();
        _timer = time.CreateTimer(static q => ((WorkQueue<TKey>)q!).ReleaseDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys that are ready to be taken.</summary>
    public int Count => _ready.Reader.Count;

    /// <summary>Whether nothing is ready, being worked on, or about to come back. Keys with a delay do not count.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
                return _ready.Reader.Count == 0 && _working.Count == 0;
        }
    }

    public void Add(TKey key)
    {
        lock (_gate)
            AddLocked(key);
    }

    /// <summary>Adds the key later; of several delays for one key the earliest counts.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }

        lock (_gate)
        {
            if (_shutDown)
                return;
            var due = _time.GetSteadyNow() + delay;
            if (_due.TryGetValue(key, out var known) && known <= due)
                return;
            _due[key] = due;
            _delayed.Enqueue(key, due);
            if (_delayed.TryPeek(out _, out var first) && first == due)
                _timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Adds the key after a pause that doubles with each failure since the last <see cref="Forget"/>.</summary>
    public void AddRateLimited(TKey key)
    {
        TimeSpan delay;
        lock (_gate)
        {
            _failures.TryGetValue(key, out var failures);
            _failures[key] = failures + 1;
            var ticks = _options.BaseDelay.Ticks * Math.Pow(2, Math.Min(failures, 40));
            delay = ticks < _options.MaxDelay.Ticks ? TimeSpan.FromTicks((long)ticks) : _options.MaxDelay;
        }

        AddAfter(key, delay);
    }

    public int Failures(TKey key)
    {
        lock (_gate)
            return _failures.GetValueOrDefault(key);
    }

    /// <summary>The key was worked on with success: its next failure counts as the first.</summary>
    public void Forget(TKey key)
    {
        lock (_gate)
            _failures.Remove(key);
    }

    /// <summary>Takes the next key, waiting for one; null after <see cref="ShutDown"/>. Give each key back with <see cref="Done"/>.</summary>
    public async ValueTask<Taken?> TakeAsync(CancellationToken cancellationToken)
    {
        while (await _ready.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (TryTake(out var key))
                return new Taken(key);
            lock (_gate)
            {
                if (_shutDown)
                    return null;
            }
        }

        return null;
    }

    public bool TryTake([MaybeNullWhen(false)] out TKey key)
    {
        lock (_gate)
        {
            key = default;
            if (_shutDown || !_ready.Reader.TryRead(out key))
                return false;
            _dirty.Remove(key);
            _working.Add(key);
            return true;
        }
    }

    public void Done(TKey key)
    {
        lock (_gate)
        {
            _working.Remove(key);
            if (_dirty.Contains(key) && !_shutDown)
                _ready.Writer.TryWrite(key);
        }
    }

    /// <summary>Lets no more keys in or out.</summary>
    public void ShutDown()
    {
        lock (_gate)
        {
            if (_shutDown)
                return;
            _shutDown = true;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _ready.Writer.TryComplete();
        }
    }

    public void Dispose()
    {
        ShutDown();
        _timer.Dispose();
    }

    private void AddLocked(TKey key)
    {
        if (!_shutDown && _dirty.Add(key) && !_working.Contains(key))
            _ready.Writer.TryWrite(key);
    }

    private void ReleaseDue()
    {
        lock (_gate)
        {
            if (_shutDown)
                return;
            var now = _time.GetSteadyNow();
            while (_delayed.TryPeek(out var key, out var due))
            {
                // An entry that an earlier one replaced is passed over.
                var current = _due.TryGetValue(key, out var wanted) && wanted == due;
                if (current && due > now)
                {
                    _timer.Change(due - now, Timeout.InfiniteTimeSpan);
                    return;
                }

                _delayed.Dequeue();
                if (current)
                {
                    _due.Remove(key);
                    AddLocked(key);
                }
            }
        }
    }

    public readonly record struct Taken(TKey Key);
}
