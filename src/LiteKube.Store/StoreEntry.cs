namespace LiteKube.Store;

/// <summary>One version of one key. Shared by all readers; <see cref="View"/> lets the layer above keep what it parsed of it.</summary>
public sealed class StoreEntry(string key, ReadOnlyMemory<byte> value, long createRevision, long modRevision)
{
    public string Key { get; } = key;

    public ReadOnlyMemory<byte> Value { get; } = value;

    public long CreateRevision { get; } = createRevision;

    public long ModRevision { get; } = modRevision;

    /// <summary>Whatever the reader derives of the value, kept as long as the entry. Set once or more with equal content.</summary>
    public object? View { get; set; }
}
