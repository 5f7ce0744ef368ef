using LiteKube.Store;

namespace LiteKube.Store.Tests.Model;

/// <summary>What a store should say, in the plainest code: every event there ever was, and states found by replaying them.</summary>
internal sealed class StoreModel(long start)
{
    private readonly List<StoreEvent> _events = [];

    public long Revision => start + _events.Count;

    public IReadOnlyList<StoreEvent> Events => _events;

    public StoreEntry? Get(string key) => _events.FindLast(e => e.Key == key)?.Entry;

    public WriteResult Write(StoreWrite write)
    {
        var present = Get(write.Key);
        if (present is null && (write.Value is null || write.ExpectedRevision > 0))
            return new WriteResult(WriteOutcome.NotFound, null, 0);
        if (present is not null && write.ExpectedRevision == 0)
            return new WriteResult(WriteOutcome.AlreadyExists, present, 0);
        if (present is not null && write.ExpectedRevision > 0 && write.ExpectedRevision != present.ModRevision)
            return new WriteResult(WriteOutcome.Conflict, present, 0);
        var revision = Revision + 1;
        var entry = write.Value is { } value ? new StoreEntry(write.Key, value, present?.CreateRevision ?? revision, revision) : null;
        _events.Add(new StoreEvent(revision, entry, present));
        return new WriteResult(WriteOutcome.Done, entry ?? present, revision);
    }

    public (List<StoreEntry> Entries, long Remaining) List(StoreQuery query)
    {
        var through = query.Revision == 0 ? Revision : query.Revision;
        var state = new SortedDictionary<string, StoreEntry>(StringComparer.Ordinal);
        foreach (var e in _events.TakeWhile(e => e.Revision <= through))
        {
            if (e.Entry is null)
                state.Remove(e.Key);
            else
                state[e.Key] = e.Entry;
        }

        var found = state.Values
            .Where(e => e.Key.StartsWith(query.Prefix, StringComparison.Ordinal) && (query.After is null || string.CompareOrdinal(e.Key, query.After) > 0))
            .ToList();
        var page = query.Limit > 0 ? found.Take(query.Limit).ToList() : found;
        return (page, found.Count - page.Count);
    }

    public IEnumerable<StoreEvent> Watch(string prefix, long after) =>
        _events.Where(e => e.Revision > after && e.Key.StartsWith(prefix, StringComparison.Ordinal));
}
