namespace LiteKube.Store;

/// <param name="Remaining">How many more entries the query would have had without its limit.</param>
public sealed record StorePage(long Revision, IReadOnlyList<StoreEntry> Entries, long Remaining);
