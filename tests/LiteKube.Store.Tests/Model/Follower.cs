using LiteKube.Store;

namespace LiteKube.Store.Tests.Model;

/// <summary>Writes down all that one watch tells, until it ends.</summary>
internal sealed class Follower
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last;
    private long _target = long.MaxValue;

    public Follower(IStore store, string prefix, long after)
    {
        (Prefix, After, _last) = (prefix, after, after);
        var watch = store.Watch(prefix, after);
        Events = Task.Run(() => FollowAsync(watch));
    }

    public string Prefix { get; }

    public long After { get; }

    public Task<List<StoreEvent>> Events { get; }

    /// <summary>Waits until an event of a revision, or a later one, has come.</summary>
    public async Task Reached(long revision)
    {
        Interlocked.Exchange(ref _target, revision);
        if (Interlocked.Read(ref _last) < revision)
            await _reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private async Task<List<StoreEvent>> FollowAsync(IStoreWatch watch)
    {
        var events = new List<StoreEvent>();
        try
        {
            await foreach (var e in watch.Events.ReadAllAsync())
            {
                events.Add(e);
                Interlocked.Exchange(ref _last, e.Revision);
                if (e.Revision >= Interlocked.Read(ref _target))
                    _reached.TrySetResult();
            }
        }
        catch (WatcherTooSlowException)
        {
            // Compaction overtook it: what it saw until then still counts.
        }

        return events;
    }
}
