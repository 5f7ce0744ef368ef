namespace LiteKube.Store.Log;

/// <summary>
/// The durable half of a store: one record per write, in order of revision. <see cref="LogStore"/> calls everything but
/// <see cref="Read"/> from one thread at a time; <see cref="Read"/> may come from any.
/// </summary>
public interface IStoreLog : IDisposable
{
    /// <summary>Names the log in messages: a path or an address.</summary>
    string Name { get; }

    /// <exception cref="StoreCorruptException">The log cannot be trusted.</exception>
    /// <exception cref="StoreUnavailableException">The log cannot be opened.</exception>
    LogContents Load(CancellationToken cancellationToken);

    /// <summary>
    /// Adds records and, where it differs from the one last written, the header: all or nothing, and durable on return. With records, a header
    /// that differs in <see cref="LogHeader.Compacted" only may wait for the next sweep.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Nothing was added.</exception>
    void Append(IReadOnlyList<StoreEvent> events, in LogHeader header);

    /// <summary>The first events under a prefix with <c>after &lt; revision &lt;= through</c>, in order. Fewer than the limit: there are no more.</summary>
    IReadOnlyList<StoreEvent> Read(string prefix, long after, long through, int limit);

    /// <summary>
    /// Looks through at most <paramref name="limit"/> further records up to the header's <see cref="LogHeader.Compacted"/> and removes the versions
    /// that they replaced, and the deletes among them; never the newest record of the log. Need not be durable on return.
    /// </summary>
    /// <returns>Whether there is more to do.</returns>
    bool Sweep(in LogHeader header, int limit);

    /// <summary>House-keeping that need not be durable on return.</summary>
    /// <param name="idle">No writer waits; otherwise only what cannot wait any longer.</param>
    void Tidy(bool idle);
}
