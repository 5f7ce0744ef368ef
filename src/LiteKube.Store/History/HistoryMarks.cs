namespace LiteKube.Store.History;

/// <summary>Remembers which revision was the newest at which time and after how many replaced bytes, coarsely, to tell what has left the window. Used by the writer thread only.</summary>
internal sealed class HistoryMarks(TimeSpan window, long maxBytes)
{
    /// <summary>Marks per window, in time and in bytes: history is kept for at most one part longer than asked.</summary>
    public const int Parts = 8;

    private readonly Queue<Mark> _marks = new();
    private long _bytes;
    private long _markedBytes;

    /// <summary>Counts bytes that became history. True when it is time for a mark.</summary>
    public bool Count(long replacedBytes) => (_bytes += replacedBytes) - _markedBytes >= maxBytes / Parts;

    public void Add(long revision, TimeSpan now)
    {
        _marks.Enqueue(new Mark(revision, now, _bytes));
        _markedBytes = _bytes;
    }

    /// <summary>The newest marked revision that is out of the window or above the bound of bytes; null when none is.</summary>
    public long? Expire(TimeSpan now)
    {
        long? revision = null;
        while (_marks.TryPeek(out var oldest) && (now - oldest.Time >= window || _bytes - oldest.Bytes >= maxBytes))
            revision = _marks.Dequeue().Revision;
        return revision;
    }

    private readonly record struct Mark(long Revision, TimeSpan Time, long Bytes);
}
