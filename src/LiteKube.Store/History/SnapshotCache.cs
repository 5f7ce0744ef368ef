using LiteKube.Store.Index;

namespace LiteKube.Store.History;

/// <summary>
/// Past states that readers page through. Pinning one costs only the entries that changed since. A state that is not pinned is made from
/// the next newer one by taking back the events between them.
/// </summary>
internal sealed class SnapshotCache
{
    private const int Capacity = 32;
    private readonly Lock _lock = new();
    private readonly List<Snapshot> _pinned = [];

    public void Pin(Snapshot snapshot)
    {
        lock (_lock)
        {
            var at = _pinned.FindIndex(pinned => pinned.Revision >= snapshot.Revision);
            if (at >= 0 && _pinned[at].Revision == snapshot.Revision)
                return;
            _pinned.Insert(at < 0 ? _pinned.Count : at, snapshot);
            if (_pinned.Count > Capacity)
                _pinned.RemoveAt(0);
        }
    }

    /// <summary>The oldest pinned state that is not older than a revision.</summary>
    public Snapshot? AtOrAfter(long revision)
    {
        lock (_lock)
            return _pinned.Find(pinned => pinned.Revision >= revision);
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
