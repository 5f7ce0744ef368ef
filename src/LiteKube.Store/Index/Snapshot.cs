namespace LiteKube.Store.Index;

/// <summary>All entries as of one revision.</summary>
internal sealed record Snapshot(EntryTree Entries, long Revision)
{
    public StorePage List(in StoreQuery query)
    {
        var afterPrefix = KeyBound.AfterPrefix(query.Prefix);
        var from = query.After is { } after && string.CompareOrdinal(after, query.Prefix) >= 0
            ? KeyBound.After(after)
            : KeyBound.Before(query.Prefix);
        var start = Entries.Rank(from);
        var total = Math.Max(0, Entries.Rank(afterPrefix) - start);
        var page = new StoreEntry[query.Limit > 0 ? Math.Min(query.Limit, total) : total];
        Entries.CopyTo(start, page);
        return new StorePage(Revision, page, total - page.Length);
    }
}
