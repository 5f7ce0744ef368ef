namespace LiteKube.Store.History;

/// <summary>The newest events, in order of revision, bounded by bytes. Guarded by the lock of <see cref="Watching.WatchHub"/>.</summary>
internal sealed class EventHistory(long floor, long maxBytes)
{
    private const int EventOverhead = 256;
    private StoreEvent[] _ring = new StoreEvent[64];
    private int _head;
    private int _count;
    private long _bytes;

    /// <summary>Events above this revision are here; the others, as far as they are held at all, only in the log.</summary>
    public long Floor { get; private set; } = floor;

    public int Count => _count;

    public StoreEvent this[int index] => _ring[(_head + index) & (_ring.Length - 1)];

    public void Add(StoreEvent e)
    {
        if (_count == _ring.Length)
            Grow();
        _ring[(_head + _count++) & (_ring.Length - 1)] = e;
        _bytes += SizeOf(e);
    }

    /// <summary>Forgets what is compacted, and the oldest above the bound of bytes; never events that the log does not have yet.</summary>
    public void Trim(long compacted, long durable)
    {
        while (_count > 0 && this[0].Revision is var oldest && (oldest <= compacted || (_bytes > maxBytes && oldest <= durable)))
        {
            _bytes -= SizeOf(_ring[_head]);
            Floor = oldest;
            _ring[_head] = null!;
            _head = (_head + 1) & (_ring.Length - 1);
            _count--;
        }

        Floor = Math.Max(Floor, compacted);
    }

    /// <summary>The index of the first event after a revision; <see cref="Count"/> when there is none.</summary>
    public int IndexAfter(long revision)
    {
        var (from, to) = (0, _count);
        while (from < to)
        {
            var middle = (from + to) >>> 1;
            if (this[middle].Revision <= revision)
                from = middle + 1;
            else
                to = middle;
        }

        return from;
    }

    private static long SizeOf(StoreEvent e) => EventOverhead + (e.Entry?.Value.Length ?? 0) + (e.Previous?.Value.Length ?? 0);

    private void Grow()
    {
        var larger = new StoreEvent[_ring.Length * 2];
        for (var i = 0; i < _count; i++)
            larger[i] = this[i];
        _ring = larger;
        _head = 0;
    }
}
