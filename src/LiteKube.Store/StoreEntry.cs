namespace LiteKube.Store;

/// <summary>One version of one key. Shared by all readers; <see cref="View"/> lets the layer above keep what it parsed of it.</summary>
public sealed class StoreEntry(string key, ReadOnlyMemory<byte> value, long createRevision, long modRevision)
{
    private object? _view;

    public string Key { get; } = key;

    public ReadOnlyMemory<byte> Value { get; } = value;

    public long CreateRevision { get; } = createRevision;

    public long ModRevision { get; } = modRevision;

    /// <summary>Whatever a reader derived of the value, kept as long as the entry.</summary>
    public object? View => Volatile.Read(ref _view);

    /// <summary>Keeps a view. Of readers that derive one at the same time all get the first that was kept: what one of them adds to it, the others find.</summary>
    public object KeepView(object view) => Interlocked.CompareExchange(ref _view, view, null) ?? view;
}
