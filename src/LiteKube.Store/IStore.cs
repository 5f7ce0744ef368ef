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

    /// <summary>The newest revision that reads may show. Ahead of <see cref="Revision"/> only for the moment in which watchers are offered the events.</summary>
    long Shown { get; }

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
