using LiteKube.Store.History;
using LiteKube.Store.Index;
using LiteKube.Store.Log;

namespace LiteKube.Store.Watching;

/// <summary>
/// The point where a batch of writes becomes visible: its entries to readers, its events to watchers and to history, then its revision.
/// One lock makes a watch's start and a past state exact against a batch being published; readers of the present take no lock.
/// </summary>
internal sealed class WatchHub
{
    private const int PageSize = 256;
    private const int ScanSize = 8192;

    private readonly Lock _gate = new();
    private readonly IStoreLog _log;
    private readonly int _buffer;
    private readonly EventHistory _history;
    private readonly WatchTree _watches = new();
    private readonly HashSet<StoreWatch> _live = [];
    private readonly SnapshotCache _snapshots = new();
    private readonly List<StoreWatch> _matches = [];
    private readonly WakeList _wakes = new();
    private readonly LogHeader _header;
    private volatile Snapshot _current;
    private long _revision;
    private long _compacted;
    private long _durable;
    private bool _closed;

    public WatchHub(IStoreLog log, StoreOptions options, Snapshot current, in LogHeader header)
    {
        _log = log;
        _buffer = options.WatchBuffer;
        _history = new EventHistory(current.Revision, options.HistoryMemoryBytes);
        _header = header;
        _current = current;
        _revision = current.Revision;
        _compacted = header.Compacted;
        _durable = current.Revision;
    }

    /// <summary>The present entries. May be ahead of <see cref="Revision"/> for the moment that a batch is being offered to watchers.</summary>
    public Snapshot Current => _current;

    public long Revision => Volatile.Read(ref _revision);

    public long Compacted => Volatile.Read(ref _compacted);

    /// <param name="durable">Events above this revision are not in the log yet.</param>
    public void Publish(Snapshot snapshot, IReadOnlyList<StoreEvent> events, long durable)
    {
        lock (_gate)
        {
            // Entries first: whoever is woken by an event finds at least its state.
            _current = snapshot;
            foreach (var e in events)
            {
                _history.Add(e);
                Offer(e);
            }

            _durable = durable;
            _history.Trim(_compacted, durable);
            Volatile.Write(ref _revision, snapshot.Revision);
        }

        _wakes.Run();
    }

    public StoreWatch Watch(string prefix, long after)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(IStore));
            ThrowIfGone(after);
        }

        return new StoreWatch(this, prefix, after, _buffer);
    }

    /// <summary>Moves a watcher that is behind on by one page, into <paramref name="page"/>, or to life when nothing is left.</summary>
    public void CatchUp(StoreWatch watch, Queue<StoreEvent> page)
    {
        long from, through;
        lock (_gate)
        {
            if (watch.State != WatchState.Behind)
                return;
            from = watch.Position;
            if (_closed || from < _compacted)
            {
                watch.End(_closed ? null : new WatcherTooSlowException());
                return;
            }

            if (from >= _history.Floor)
            {
                CatchUpFromMemory(watch, page);
                return;
            }

            through = _history.Floor;
        }

        CatchUpFromLog(watch, page, from, through);
    }

    public void Leave(StoreWatch watch)
    {
        lock (_gate)
        {
            if (_live.Remove(watch))
                _watches.Remove(watch);
            watch.End(null);
        }
    }

    /// <summary>Gives up history up to a revision, or to the present if that is older.</summary>
    public long Compact(long revision)
    {
        lock (_gate)
        {
            revision = Math.Max(_compacted, Math.Min(revision, _revision));
            Volatile.Write(ref _compacted, revision);
            _history.Trim(revision, _durable);
            _snapshots.Forget(revision);
            return revision;
        }
    }

    public StorePage List(in StoreQuery query)
    {
        var snapshot = query.Revision == 0 ? _current : At(query.Revision);
        var page = snapshot.List(query);
        if (page.Remaining > 0)
            _snapshots.Pin(snapshot);
        return page;
    }

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var watch in _live)
                watch.End(null);
            _live.Clear();
        }
    }

    private void Offer(StoreEvent e)
    {
        _matches.Clear();
        _watches.Match(e.Key, _matches);
        foreach (var watch in _matches)
        {
            if (!watch.Offer(e, out var wake))
            {
                _live.Remove(watch);
                _watches.Remove(watch);
            }
            else if (wake)
            {
                _wakes.Add(watch);
            }
        }
    }

    private void CatchUpFromMemory(StoreWatch watch, Queue<StoreEvent> page)
    {
        var index = _history.IndexAfter(watch.Position);
        var end = Math.Min(_history.Count, index + ScanSize);
        for (; index < end && page.Count < PageSize; index++)
        {
            var e = _history[index];
            if (e.Key.StartsWith(watch.Prefix, StringComparison.Ordinal))
                page.Enqueue(e);
            watch.Advance(e.Revision);
        }

        if (index < _history.Count)
            return;
        watch.GoLive();
        _live.Add(watch);
        _watches.Add(watch);
    }

    private void CatchUpFromLog(StoreWatch watch, Queue<StoreEvent> page, long from, long through)
    {
        IReadOnlyList<StoreEvent> events;
        try
        {
            events = _log.Read(watch.Prefix, from, through, PageSize);
        }
        catch (ObjectDisposedException)
        {
            // The store is closing, and the log is closed before the watches are: that is an end, not a failure.
            lock (_gate)
                watch.End(null);
            return;
        }
        catch (Exception e) when (e is StoreUnavailableException or StoreCorruptException)
        {
            lock (_gate)
                watch.End(e);
            return;
        }

        lock (_gate)
        {
            // Versions go from the log only after the compacted revision has moved, so if it has not passed the start, the page is whole.
            if (from < _compacted)
            {
                watch.End(new WatcherTooSlowException());
                return;
            }

            foreach (var e in events)
                page.Enqueue(e);
            watch.Advance(events.Count < PageSize ? through : events[^1].Revision);
        }
    }

    private Snapshot At(long revision)
    {
        var between = new List<StoreEvent>();
        Snapshot newer;
        long floor;
        lock (_gate)
        {
            ThrowIfGone(revision);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(revision, _current.Revision);
            if (revision == _current.Revision)
                return _current;
            newer = _snapshots.AtOrAfter(revision) ?? _current;
            if (newer.Revision == revision)
                return newer;
            floor = Math.Min(_history.Floor, newer.Revision);
            for (var i = _history.IndexAfter(revision); i < _history.Count && _history[i].Revision <= newer.Revision; i++)
                between.Add(_history[i]);
        }

        if (revision < floor)
            between.InsertRange(0, ReadLog(revision, floor));
        var past = SnapshotCache.Rewind(newer, revision, between);
        lock (_gate)
            ThrowIfGone(revision);
        _snapshots.Pin(past);
        return past;
    }

    private List<StoreEvent> ReadLog(long after, long through)
    {
        var events = new List<StoreEvent>();
        while (true)
        {
            var page = _log.Read("", after, through, PageSize);
            events.AddRange(page);
            if (page.Count < PageSize)
                return events;
            after = page[^1].Revision;
        }
    }

    private void ThrowIfGone(long revision)
    {
        if (revision < _compacted)
            throw new RevisionCompactedException(revision, _compacted);
        if (revision > _header.LostAfter && revision < _header.LostThrough)
            throw new RevisionCompactedException(revision, _header.LostThrough);
    }
}
