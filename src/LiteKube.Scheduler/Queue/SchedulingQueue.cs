using LiteKube.Api.Core.V1;
using LiteKube.Client;

namespace LiteKube.Scheduler.Queue;

/// <summary>
/// Pods that wait for a node. Ready ones by priority, then by age; a pod that no node would take rests until something changes that could help
/// it, and after a failed attempt never comes back sooner than its backoff.
/// </summary>
internal sealed class SchedulingQueue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Entry, (int Priority, long Order)> _active = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly TimeProvider _time;
    private readonly SchedulerOptions _options;
    private readonly ITimer _timer;
    private long _order;
    private long _events;

    public SchedulingQueue(TimeProvider time, SchedulerOptions options)
    {
        _time = time;
        _options = options;
        _timer = time.CreateTimer(static q => ((SchedulingQueue)q!).ReleaseDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private enum Place
    {
        Active,
        Backoff,
        Unschedulable,
        InFlight,
    }

    /// <summary>A pod that appeared, or changed in a way that may matter to its scheduling.</summary>
    public void Set(Pod pod)
    {
        lock (_gate)
        {
            var uid = pod.Metadata.Uid!;
            if (!_entries.TryGetValue(uid, out var entry))
            {
                _entries[uid] = entry = new Entry(pod, _order++);
                Activate(entry);
                return;
            }

            var changed = !entry.Pod.Spec.Equals(pod.Spec) || !SameLabels(entry.Pod, pod);
            entry.Pod = pod;
            if (changed)
                entry.SeenEvents = -1;
            if (changed && entry.Place == Place.Unschedulable)
                Release(entry);
        }
    }

    public void Remove(string uid)
    {
        lock (_gate)
        {
            if (_entries.Remove(uid, out var entry))
                entry.Removed = true;
        }
    }

    /// <summary>Something happened that may let pods be scheduled that could not be before.</summary>
    public void Wake(Func<Pod, bool>? concerns = null)
    {
        lock (_gate)
        {
            _events++;
            foreach (var entry in _entries.Values)
                if (entry.Place == Place.Unschedulable && (concerns is null || concerns(entry.Pod)))
                    Release(entry);
        }
    }

    public async ValueTask<Pod> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                while (_active.TryDequeue(out var entry, out _))
                {
                    if (entry.Removed || entry.Place != Place.Active)
                        continue;
                    entry.Place = Place.InFlight;
                    entry.SeenEvents = _events;
                    entry.Attempts++;
                    return entry.Pod;
                }
            }

            await _signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>No node would take the pod: it rests until something changes, and comes back soon if something did during the attempt.</summary>
    public void Unschedulable(string uid)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(uid, out var entry) || entry.Place != Place.InFlight)
                return;
            entry.NotBefore = _time.GetSteadyNow() + BackoffOf(entry);
            entry.Place = Place.Unschedulable;
            entry.RestsUntil = _time.GetSteadyNow() + _options.UnschedulableRetry;
            if (entry.SeenEvents != _events)
                Release(entry);
            else
                SetTimer();
        }
    }

    /// <summary>The attempt failed for reasons that have nothing to do with nodes.</summary>
    public void Retry(string uid)
    {
        lock (_gate)
        {
            // Also one that rests already: what its attempt still had to write was refused.
            if (!_entries.TryGetValue(uid, out var entry) || entry.Place is not (Place.InFlight or Place.Unschedulable))
                return;
            entry.NotBefore = _time.GetSteadyNow() + BackoffOf(entry);
            Release(entry);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _signal.Dispose();
    }

    private TimeSpan BackoffOf(Entry entry)
    {
        var ticks = _options.InitialBackoff.Ticks * Math.Pow(2, Math.Min(entry.Attempts - 1, 20));
        return ticks < _options.MaxBackoff.Ticks ? TimeSpan.FromTicks((long)ticks) : _options.MaxBackoff;
    }

    private void Release(Entry entry)
    {
        if (entry.NotBefore <= _time.GetSteadyNow())
        {
            Activate(entry);
            return;
        }

        entry.Place = Place.Backoff;
        SetTimer();
    }

    private void Activate(Entry entry)
    {
        entry.Place = Place.Active;
        _active.Enqueue(entry, (-(entry.Pod.Spec.Priority ?? 0), entry.Order));
        if (_signal.CurrentCount == 0)
            _signal.Release();
    }

    private void ReleaseDue()
    {
        lock (_gate)
        {
            var now = _time.GetSteadyNow();
            foreach (var entry in _entries.Values)
                if (DueOf(entry) is { } due && due <= now)
                    Activate(entry);
            SetTimer();
        }
    }

    // One timer for all, set for the earliest; none while nothing waits for time.
    private void SetTimer()
    {
        DateTimeOffset? next = null;
        foreach (var entry in _entries.Values)
            if (DueOf(entry) is { } due && (next is null || due < next))
                next = due;
        var delay = next is null ? Timeout.InfiniteTimeSpan : next.Value - _time.GetSteadyNow();
        _timer.Change(delay < TimeSpan.Zero && next is not null ? TimeSpan.Zero : delay, Timeout.InfiniteTimeSpan);
    }

    private static DateTimeOffset? DueOf(Entry entry) => entry.Place switch
    {
        Place.Backoff => entry.NotBefore,
        Place.Unschedulable => entry.RestsUntil,
        _ => null,
    };

    private static bool SameLabels(Pod left, Pod right) =>
        left.Metadata.Labels.Count == right.Metadata.Labels.Count && left.Metadata.Labels.All(l => right.Metadata.Labels.TryGetValue(l.Key, out var value) && value == l.Value);

    private sealed class Entry(Pod pod, long order)
    {
        public Pod Pod = pod;
        public readonly long Order = order;
        public Place Place;
        public int Attempts;
        public long SeenEvents;
        public DateTimeOffset NotBefore;
        public DateTimeOffset RestsUntil;
        public bool Removed;
    }
}
