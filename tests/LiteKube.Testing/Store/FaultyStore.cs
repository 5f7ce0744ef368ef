using LiteKube.Store;

namespace LiteKube.Testing;

/// <summary>A store in front of a store, which does as it is told: writes that fail, conflict or wait, watches that break. Told nothing, it changes nothing.</summary>
public sealed class FaultyStore(IStore inner) : IStore
{
    private readonly Lock _gate = new();
    private readonly List<FaultyWatch> _watches = [];
    private readonly List<WriteFault> _faults = [];

    public long Revision => inner.Revision;

    public long Shown => inner.Shown;

    public long CompactedRevision => inner.CompactedRevision;

    /// <summary>Writes under a prefix fail with <see cref="StoreUnavailableException"/> and are not made.</summary>
    public WriteFault Refuse(string prefix, int times = int.MaxValue) =>
        Add(new WriteFault(prefix, times, (_, _) => throw new StoreUnavailableException("the test's disk is full")));

    /// <summary>Writes under a prefix are answered as if somebody else had been faster, and are not made.</summary>
    public WriteFault Conflict(string prefix, int times = 1) => Add(new WriteFault(prefix, times, async (write, cancellationToken) =>
        new WriteResult(WriteOutcome.Conflict, await inner.GetAsync(write.Key, cancellationToken), 0)));

    /// <summary>Writes under a prefix are made, but the caller is told that they were not: the answer was lost.</summary>
    public WriteFault LoseAnswer(string prefix, int times = 1) => Add(new WriteFault(prefix, times, async (write, cancellationToken) =>
    {
        await inner.WriteAsync(write, cancellationToken);
        throw new StoreUnavailableException("the test lost the answer");
    }));

    /// <summary>Writes under a prefix wait until the returned task source is completed.</summary>
    public TaskCompletionSource Hold(string prefix)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(new WriteFault(prefix, int.MaxValue, async (_, cancellationToken) =>
        {
            await release.Task.WaitAsync(cancellationToken);
            return null;
        }));
        return release;
    }

    /// <summary>Writes under a prefix are made, and seen by others, before their callers are told, which waits until the returned task source is completed.</summary>
    public TaskCompletionSource HoldAnswer(string prefix)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(new WriteFault(prefix, int.MaxValue, async (write, cancellationToken) =>
        {
            var made = await inner.WriteAsync(write, cancellationToken);
            await release.Task.WaitAsync(cancellationToken);
            return made;
        }));
        return release;
    }

    /// <summary>Ends every watch of a prefix as too slow.</summary>
    /// <returns>How many there were.</returns>
    public int BreakWatches(string prefix = "")
    {
        FaultyWatch[] broken;
        lock (_gate)
            broken = [.. _watches.Where(watch => watch.Prefix.StartsWith(prefix, StringComparison.Ordinal))];
        foreach (var watch in broken)
            watch.Break(new WatcherTooSlowException());
        return broken.Length;
    }

    public ValueTask<StoreEntry?> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

    public ValueTask<StorePage> ListAsync(StoreQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);

    public async ValueTask<WriteResult> WriteAsync(StoreWrite write, CancellationToken cancellationToken)
    {
        WriteFault? fault;
        lock (_gate)
            fault = _faults.Find(candidate => candidate.Takes(write.Key));
        if (fault is not null && await fault.Act(write, cancellationToken) is { } result)
            return result;
        return await inner.WriteAsync(write, cancellationToken);
    }

    public IStoreWatch Watch(string prefix, long afterRevision)
    {
        var watch = new FaultyWatch(inner.Watch(prefix, afterRevision), prefix, Forget);
        lock (_gate)
            _watches.Add(watch);
        return watch;
    }

    public ValueTask CompactAsync(long revision, CancellationToken cancellationToken) => inner.CompactAsync(revision, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private WriteFault Add(WriteFault fault)
    {
        lock (_gate)
            _faults.Add(fault);
        return fault;
    }

    private void Forget(FaultyWatch watch)
    {
        lock (_gate)
            _watches.Remove(watch);
    }
}
