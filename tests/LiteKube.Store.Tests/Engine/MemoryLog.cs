using LiteKube.Store;
using LiteKube.Store.Log;

namespace LiteKube.Store.Tests.Engine;

/// <summary>A log whose disk is this object: opened again without a close it is what a crash leaves. Can be told to fail and to hold writes up.</summary>
internal sealed class MemoryLog : IStoreLog
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, StoreEvent> _records = [];
    private LogHeader _header;
    private long _swept;
    private volatile bool _closed;

    public string Name => "memory";

    /// <summary>What the next appends and sweeps fail with; null: nothing.</summary>
    public volatile Exception? Failure;

    /// <summary>Appends wait for it while set.</summary>
    public volatile ManualResetEventSlim? Hold;

    /// <summary>Reads say that they have come and wait for it while set.</summary>
    public volatile ManualResetEventSlim? HoldReads;

    /// <summary>Released once for every read that is held up.</summary>
    public SemaphoreSlim HeldReads { get; } = new(0);

    public int Appends { get; private set; }

    public int Records
    {
        get
        {
            lock (_lock)
                return _records.Count;
        }
    }

    public LogContents Load(CancellationToken cancellationToken)
    {
        _closed = false;
        lock (_lock)
        {
            var entries = _records.Values.GroupBy(e => e.Key).Select(events => events.Last().Entry).OfType<StoreEntry>().ToList();
            return new LogContents(_header, _records.Count > 0 ? _records.Keys.Last() : 0, entries);
        }
    }

    public void Append(IReadOnlyList<StoreEvent> events, in LogHeader header)
    {
        Hold?.Wait();
        if (Failure is { } failure)
            throw failure;
        lock (_lock)
        {
            Appends++;
            foreach (var e in events)
                _records.Add(e.Revision, e);
            _header = header;
        }
    }

    public IReadOnlyList<StoreEvent> Read(string prefix, long after, long through, int limit)
    {
        if (HoldReads is { } hold)
        {
            HeldReads.Release();
            hold.Wait();
        }

        ObjectDisposedException.ThrowIf(_closed, this);
        lock (_lock)
        {
            return [.. _records.Values
                .Where(e => e.Revision > after && e.Revision <= through && e.Key.StartsWith(prefix, StringComparison.Ordinal)).Take(limit)];
        }
    }

    public bool Sweep(in LogHeader header, int limit)
    {
        if (Failure is { } failure)
            throw failure;
        lock (_lock)
        {
            _header = header;
            var through = Math.Min(header.Compacted, _records.Count > 0 ? _records.Keys.Last() - 1 : 0);
            var links = _records.Values.Where(e => e.Revision > _swept && e.Revision <= through).Take(limit).ToList();
            foreach (var e in links)
            {
                _records.Remove(e.Previous?.ModRevision ?? 0);
                if (e.Entry is null)
                    _records.Remove(e.Revision);
                _swept = e.Revision;
            }

            return links.Count == limit;
        }
    }

    public void Tidy(bool idle)
    {
    }

    public void Dispose() => _closed = true;
}
