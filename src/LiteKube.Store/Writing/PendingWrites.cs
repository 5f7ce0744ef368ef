using LiteKube.Store.Log;

namespace LiteKube.Store.Writing;

/// <summary>
/// What is published but not in the log yet, and the reserve that makes this safe: before a revision is shown whose record is not durable,
/// the log holds a higher <see cref="LogHeader.Reserved"/>, so that after a crash no revision is given out twice. Used by the writer thread only.
/// </summary>
internal sealed class PendingWrites(IStoreLog log, long maxBytes, in LogHeader header, long durable)
{
    /// <summary>How many revisions relaxed writes may use before the reserve has to be renewed.</summary>
    private const long Reserve = 10_000;
    private const int EventOverhead = 128;

    private readonly List<StoreEvent> _events = [];
    private LogHeader _header = header;
    private long _bytes;

    public LogHeader Header => _header;

    /// <summary>Every event up to this revision is in the log.</summary>
    public long Durable { get; private set; } = durable;

    public bool IsEmpty => _events.Count == 0;

    /// <summary>Takes in a batch that is about to be published, and makes it durable when it must be, with all that waited before it.</summary>
    /// <exception cref="StoreUnavailableException">The batch was not taken in; what waited before it still waits.</exception>
    public void Add(WriteBatch batch)
    {
        var before = _events.Count;
        _events.AddRange(batch.Events);
        long bytes = 0;
        foreach (var e in batch.Events)
            bytes += EventOverhead + (e.Entry?.Value.Length ?? 0);

        var mustReserve = !batch.Committed && batch.Revision > _header.Reserved;
        if (!batch.Committed && !mustReserve && _bytes + bytes <= maxBytes)
        {
            _bytes += bytes;
            return;
        }

        try
        {
            Append(batch.Revision, mustReserve);
        }
        catch
        {
            _events.RemoveRange(before, _events.Count - before);
            throw;
        }
    }

    public void Flush()
    {
        if (_events.Count > 0)
            Append(_events[^1].Revision, reserve: false);
    }

    /// <summary>Everything is in the log, and no revision is promised beyond those given out: the next open finds no gap.</summary>
    public void Close(long revision, long compacted)
    {
        Flush();
        log.Append([], _header with { Reserved = Math.Min(_header.Reserved, revision), Compacted = compacted });
    }

    /// <summary>Goes to the log with the next sweep.</summary>
    public void Compact(long revision) => _header = _header with { Compacted = revision };

    private void Append(long revision, bool reserve)
    {
        // Where relaxed writes are in use, the reserve is renewed along with a commit, so that they rarely have to wait for one.
        var header = _header;
        var inUse = header.Reserved > 0 && header.Reserved + Reserve > revision;
        if (reserve || (inUse && header.Reserved < revision + (Reserve / 2)))
            header = header with { Reserved = revision + Reserve };
        log.Append(_events, header);
        _header = header;
        Durable = revision;
        _events.Clear();
        _bytes = 0;
    }
}
