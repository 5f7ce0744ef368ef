using LiteKube.Store;
using LiteKube.Store.Tests.Contract;
using LiteKube.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Store.Tests.Engine;

/// <summary>The test decorator is a store like any other while it is told nothing; and then does as told.</summary>
public sealed class FaultyStoreContract : StoreContract
{
    private readonly MemoryLog _log = new();

    [Fact]
    public async Task Told_to_refuse_it_refuses_so_often()
    {
        var store = (FaultyStore)Store;
        var fault = store.Refuse("/a", times: 2);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Put("/a/1", "1"));
        await Put("/b", "1");
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Put("/a/1", "1"));
        Assert.Equal(WriteOutcome.Done, (await Put("/a/1", "1", expected: 0)).Outcome);
        Assert.Equal(2, fault.Hits);
    }

    [Fact]
    public async Task Told_to_conflict_lose_or_hold_it_does()
    {
        var store = (FaultyStore)Store;
        await Put("/a", "1");
        store.Conflict("/a");
        var conflict = await Put("/a", "2");
        Assert.Equal((WriteOutcome.Conflict, "1"), (conflict.Outcome, Text(conflict.Entry)));

        store.LoseAnswer("/a");
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Put("/a", "3"));
        Assert.Equal("3", Text(await Store.GetAsync("/a", None)));

        var release = store.Hold("/a");
        var held = Put("/a", "4").AsTask();
        await Put("/b", "1");
        Assert.Equal("3", Text(await Store.GetAsync("/a", None)));
        release.SetResult();
        Assert.Equal(WriteOutcome.Done, (await held).Outcome);
    }

    [Fact]
    public async Task Told_to_break_watches_it_ends_them_as_too_slow()
    {
        using var watch = Store.Watch("/a/", Store.Revision);
        using var other = Store.Watch("/b/", Store.Revision);
        var waiting = watch.Events.WaitToReadAsync().AsTask();
        Assert.Equal(1, ((FaultyStore)Store).BreakWatches("/a/"));
        await Assert.ThrowsAsync<WatcherTooSlowException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(60)));
        await Put("/b/1", "1");
        Assert.Single(await Take(other, 1));
    }

    protected override async Task<IStore> OpenAsync()
    {
        var store = new LogStore(_log, new StoreOptions(), TimeProvider.System, NullLogger<LogStore>.Instance);
        await store.OpenAsync(None);
        return new FaultyStore(store);
    }
}
