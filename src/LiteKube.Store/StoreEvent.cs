namespace LiteKube.Store;

/// <param name="Revision">The revision of the write.</param>
/// <param name="Entry">The entry written; null for a delete.</param>
/// <param name="Previous">The entry before; null for a create.</param>
public sealed record StoreEvent(long Revision, StoreEntry? Entry, StoreEntry? Previous)
{
    public string Key => (Entry ?? Previous)!.Key;
}
