using LiteKube.Store.Index;

namespace LiteKube.Store.History;

/// <summary>
/// Past states that readers page through, the least recently used one going first. A pinned state holds the entries replaced since, so they
/// are few; one that is not pinned any more is made again from the next newer one by taking back the events between them.
/// </summary>
internal sealed class SnapshotCache
{
    private const int Capacity = 8;
    private readonly Lock _lock = new();

    /// <summary>In order of last use.</summary>
    private readonly List<Snapshot> _pinned = [];

    public void Pin(Snapshot snapshot)
    {
        lock (_lock)
        {
            _pinned.RemoveAll(pinned => pinned.Revision == snapshot.Revision);
            if (_pinned.Count == Capacity)
                _pinned.RemoveAt(0);
            _pinned.Add(snapshot);
        }
    }

    /// <summary>The oldest pinned state that is not older than a revision.</summary>
    public Snapshot? AtOrAfter(long revision)
    {
        lock (_lock)
            return _pinned.Where(pinned => pinned.Revision >= revision).MinBy(pinned => pinned.Revision);
    }

    public void Forget(long compacted)
    {
        lock (_lock)
            _pinned.RemoveAll(pinned => pinned.Revision < compacted);
    }

    /// <param name="between">Every event after <paramref name="revision"/> up to the newer snapshot, in order.</param>
    public static Snapshot Rewind(Snapshot newer, long revision, IEnumerable<StoreEvent> between)
    {
        var edit = newer.Entries.Edit();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var e in between)
        {
            // What a key's first event in between replaced is what the key was.
            if (!seen.Add(e.Key))
                continue;
            if (e.Previous is { } previous)
                edit.Set(previous);
            else
                edit.Remove(e.Key);
        }

        return new Snapshot(edit.ToTree(), revision);
    }
}
