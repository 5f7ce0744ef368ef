using System.Threading.Channels;

namespace LiteKube.Store;

/// <summary>
/// Revisioned bytes. Every committed write gets the next revision of one counter; a key's entry carries the revision that made it.
/// Promises, each kept by the contract suite in LiteKube.Store.Tests:
/// a write is durable before it is acknowledged (unless <see cref="Durability.Relaxed"/>); revisions never go back, also not over a crash;
/// <see cref="Revision"/> moves only after every watcher was offered the events up to it; reads see every acknowledged write.
/// </summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>The newest revision that readers and watchers can see.</summary>
    long Revision { get; }

    /// <summary>Reads and watches from before this revision are refused; history up to it is gone.</summary>
    long CompactedRevision { get; }

    /// <summary>The entry now under a key, or null.</summary>
    ValueTask<StoreEntry?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Entries whose keys start with a prefix, in ordinal order of key, as of one revision.</summary>
    /// <exception cref="RevisionCompactedException">The revision asked for is no longer held.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The revision asked for has not been reached yet.</exception>
    ValueTask<StorePage> ListAsync(StoreQuery query, CancellationToken cancellationToken);

    /// <summary>Creates, replaces or deletes one key, when its present revision is as expected. Cancellation counts only until the write is taken up; from then on its outcome is always told.</summary>
    /// <exception cref="StoreUnavailableException">The write was not made: disk full, read-only or failing. Reads go on.</exception>
    ValueTask<WriteResult> WriteAsync(StoreWrite write, CancellationToken cancellationToken);

    /// <summary>Every event under a prefix after a revision, in order, none twice and none left out. A future revision is waited for.</summary>
    /// <exception cref="RevisionCompactedException">Events after that revision are no longer held.</exception>
    IStoreWatch Watch(string prefix, long afterRevision);

    /// <summary>Gives up history up to a revision. Entries that exist now are never touched. Does not block writers.</summary>
    ValueTask CompactAsync(long revision, CancellationToken cancellationToken);
}

/// <summary>
/// A running watch. A slow reader costs a bounded buffer and is then fed from history; the channel completes with
/// <see cref="WatcherTooSlowException"/> only when the history that it would need next is given up. It completes without error when the
/// watch or the store is disposed.
/// </summary>
public interface IStoreWatch : IDisposable
{
    /// <summary>
    /// <see cref="ChannelReader{T}.TryRead"/> is false only once every event up to <see cref="IStore.Revision"/>, as it was before the call,
    /// has been read: a bookmark of that revision is then true.
    /// </summary>
    ChannelReader<StoreEvent> Events { get; }
}

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

/// <param name="Prefix">Keys to list.</param>
/// <param name="After">Only keys ordered after this one; null for all.</param>
/// <param name="Limit">At most so many entries; 0 for all.</param>
/// <param name="Revision">The state to read; 0 for the present one.</param>
public readonly record struct StoreQuery(string Prefix, string? After = null, int Limit = 0, long Revision = 0);

/// <param name="Remaining">How many more entries the query would have had without its limit.</param>
public sealed record StorePage(long Revision, IReadOnlyList<StoreEntry> Entries, long Remaining);

public enum Durability
{
    /// <summary>Synced to disk before it is acknowledged.</summary>
    Committed,

    /// <summary>May be lost in a power cut or crash: for what its holder renews anyway (leases, Events). Never lost in an orderly stop. Order is kept: a later committed write makes earlier relaxed ones durable too.</summary>
    Relaxed,
}

/// <param name="Value">The new value; null to delete. The store keeps this memory as it is: nobody may change it afterwards.</param>
/// <param name="ExpectedRevision">The entry's ModRevision: 0, it must not exist; <see cref="AnyRevision"/>, whatever it is (a delete of an absent key is <see cref="WriteOutcome.NotFound"/>).</param>
public readonly record struct StoreWrite(string Key, ReadOnlyMemory<byte>? Value, long ExpectedRevision, Durability Durability = Durability.Committed)
{
    public const long AnyRevision = -1;
}

public enum WriteOutcome
{
    Done,

    /// <summary>The key's present revision is another than expected; the result carries the present entry.</summary>
    Conflict,

    /// <summary>Expected to exist, and does not.</summary>
    NotFound,

    /// <summary>Expected not to exist, and does; the result carries the present entry.</summary>
    AlreadyExists,
}

/// <param name="Entry">Done: the new entry (of a delete, the entry deleted); otherwise the present one, where there is one.</param>
/// <param name="Revision">Done: the revision of this write.</param>
public readonly record struct WriteResult(WriteOutcome Outcome, StoreEntry? Entry, long Revision);

/// <param name="Revision">The revision of the write.</param>
/// <param name="Entry">The entry written; null for a delete.</param>
/// <param name="Previous">The entry before; null for a create.</param>
public sealed record StoreEvent(long Revision, StoreEntry? Entry, StoreEntry? Previous)
{
    public string Key => (Entry ?? Previous)!.Key;
}

public sealed class RevisionCompactedException(long asked, long compacted)
    : Exception($"revision {asked} is no longer held: history up to {compacted} is gone")
{
    public long Compacted { get; } = compacted;
}

public sealed class WatcherTooSlowException() : Exception("the watcher did not read its events in time");

public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
