using System.Text;
using LiteKube.Store;
using LiteKube.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Store.Tests.Engine;

/// <summary>What the engine does when the log, the clock or the process fails it.</summary>
public sealed class LogStoreTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly MemoryLog _log = new();
    private readonly FakeTime _time = new();

    [Fact]
    public async Task A_refused_write_leaves_no_trace_and_the_next_one_takes_its_revision()
    {
        await using var store = await OpenAsync();
        var first = await Put(store, "/a", "1");
        using var watch = store.Watch("/", first);
        _log.Failure = new StoreUnavailableException("memory: full");
        Assert.Same(_log.Failure, await Assert.ThrowsAsync<StoreUnavailableException>(() => Put(store, "/a", "2")));
        Assert.Equal(("1", first), (await Get(store, "/a"), store.Revision));
        Assert.False(watch.Events.TryRead(out _));
        Assert.Single((await store.ListAsync(new StoreQuery("/"), None)).Entries);

        _log.Failure = null;
        Assert.Equal(first + 1, await Put(store, "/a", "3"));
        Assert.Equal(first + 1, (await watch.Events.ReadAsync()).Revision);
        Assert.Equal("3", await Get(store, "/a"));
    }

    [Fact]
    public async Task While_the_disk_fails_relaxed_writes_go_on_and_are_made_durable_when_it_works_again()
    {
        await using (var store = await OpenAsync())
        {
            await Put(store, "/lease", "0", Durability.Relaxed);
            _log.Failure = new StoreUnavailableException("memory: full");
            await Put(store, "/lease", "1", Durability.Relaxed);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => Put(store, "/a", "1"));
            await Put(store, "/lease", "2", Durability.Relaxed);
            Assert.Equal("2", await Get(store, "/lease"));
            _log.Failure = null;
            await Put(store, "/a", "2");
        }

        await using var again = await OpenAsync();
        Assert.Equal(("2", "2"), (await Get(again, "/lease"), await Get(again, "/a")));
    }

    [Fact]
    public async Task A_failing_batch_fails_its_committed_writes_only()
    {
        await using var store = await OpenAsync();
        await Put(store, "/lease", "0", Durability.Relaxed);
        var hold = new ManualResetEventSlim();
        _log.Hold = hold;
        var busy = Put(store, "/a", "1");
        var together = new[] { Put(store, "/b", "1"), Put(store, "/lease", "1", Durability.Relaxed), Put(store, "/c", "1") };
        _log.Failure = new StoreUnavailableException("memory: full");
        hold.Set();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => busy);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => together[0]);
        await together[1];
        await Assert.ThrowsAsync<StoreUnavailableException>(() => together[2]);
        Assert.Equal((null, "1", null), (await Get(store, "/b"), await Get(store, "/lease"), await Get(store, "/c")));
        _log.Failure = null;
    }

    [Fact]
    public async Task Relaxed_writes_are_bounded_while_the_disk_fails()
    {
        await using var store = await OpenAsync(new StoreOptions { RelaxedFlushBytes = 1000 });
        await Put(store, "/e/0", "", Durability.Relaxed);
        _log.Failure = new StoreUnavailableException("memory: full");
        await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
        {
            for (var i = 0; i < 1000; i++)
                await Put(store, $"/e/{i}", new string('x', 100), Durability.Relaxed);
        });
        _log.Failure = null;
        await Put(store, "/e/x", "", Durability.Relaxed);
    }

    [Fact]
    public async Task All_waiting_writes_go_in_one_append()
    {
        await using var store = await OpenAsync();
        var hold = new ManualResetEventSlim();
        _log.Hold = hold;
        var first = Put(store, "/first", "1");
        var others = Enumerable.Range(0, 100).Select(i => Put(store, $"/other/{i}", "1")).ToArray();
        hold.Set();
        await first;
        await Task.WhenAll(others);
        Assert.InRange(_log.Appends, 1, 2);
    }

    [Fact]
    public async Task A_relaxed_write_reaches_the_log_after_the_interval()
    {
        await using var store = await OpenAsync();
        await Put(store, "/lease", "0", Durability.Relaxed);
        var before = _log.Records;
        await Put(store, "/lease", "1", Durability.Relaxed);
        Assert.Equal(before, _log.Records);
        _time.Advance(new StoreOptions().RelaxedFlushInterval);
        await Until(() => _log.Records == before + 1);
    }

    [Fact]
    public async Task A_committed_write_takes_earlier_relaxed_ones_with_it()
    {
        await using var store = await OpenAsync();
        await Put(store, "/lease", "0", Durability.Relaxed);
        await Put(store, "/lease", "1", Durability.Relaxed);
        await Put(store, "/a", "1");
        await using var crashed = await OpenAsync();
        Assert.Equal(("1", "1"), (await Get(crashed, "/lease"), await Get(crashed, "/a")));
    }

    [Fact]
    public async Task After_a_crash_lost_revisions_are_not_given_out_again_and_nobody_resumes_from_them()
    {
        await using var store = await OpenAsync();
        await Put(store, "/lease", "0", Durability.Relaxed);
        var durable = await Put(store, "/a", "1");
        var lost = await Put(store, "/lease", "lost", Durability.Relaxed);
        Assert.Equal(durable + 1, lost);

        await using var crashed = await OpenAsync();
        Assert.Equal("0", await Get(crashed, "/lease"));
        Assert.True(crashed.Revision > lost);
        var refused = Assert.Throws<RevisionCompactedException>(() => crashed.Watch("/", lost));
        Assert.Equal(crashed.Revision, refused.Compacted);
        await Assert.ThrowsAsync<RevisionCompactedException>(async () => await crashed.ListAsync(new StoreQuery("/", Revision: lost), None));

        // Whoever had seen only durable revisions misses nothing.
        using var watch = crashed.Watch("/", durable - 1);
        var next = await Put(crashed, "/b", "1");
        Assert.True(next > crashed.Revision - 1 && next > lost);
        Assert.Equal([durable, next], [(await watch.Events.ReadAsync()).Revision, (await watch.Events.ReadAsync()).Revision]);
    }

    [Fact]
    public async Task A_gap_is_remembered_over_orderly_restarts_and_a_second_gap_gives_up_the_history_before_the_first()
    {
        var store = await OpenAsync();
        await Put(store, "/a", "1");
        var lost = await Put(store, "/lease", "0", Durability.Relaxed) + 1;
        await Put(store, "/lease", "1", Durability.Relaxed);

        var second = await OpenAsync();
        Assert.Throws<RevisionCompactedException>(() => second.Watch("/", lost));
        var between = await Put(second, "/a", "2");
        await second.DisposeAsync();

        var third = await OpenAsync();
        Assert.Throws<RevisionCompactedException>(() => third.Watch("/", lost));
        third.Watch("/", between).Dispose();
        await Put(third, "/lease", "2", Durability.Relaxed);
        var lostToo = await Put(third, "/lease", "3", Durability.Relaxed);

        await using var fourth = await OpenAsync();
        Assert.Throws<RevisionCompactedException>(() => fourth.Watch("/", lost));
        Assert.Throws<RevisionCompactedException>(() => fourth.Watch("/", lostToo));
        fourth.Watch("/", between).Dispose();
        Assert.True(fourth.CompactedRevision > lost);
    }

    [Fact]
    public async Task Many_relaxed_writes_need_few_appends()
    {
        await using var store = await OpenAsync();
        for (var i = 0; i < 5000; i++)
            await Put(store, "/lease", "x", Durability.Relaxed);
        Assert.InRange(_log.Appends, 1, 3);
    }

    [Fact]
    public async Task History_is_given_up_once_the_window_has_passed()
    {
        await using var store = await OpenAsync();
        var first = await Put(store, "/a", "0");
        for (var i = 1; i <= 20; i++)
            await Put(store, "/a", $"{i}");
        _time.Advance(TimeSpan.FromMinutes(4));
        store.Watch("/", first).Dispose();
        Assert.Equal(21, _log.Records);
        await Until(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(20));
            return store.CompactedRevision == first + 20;
        });
        Assert.Throws<RevisionCompactedException>(() => store.Watch("/", first));
        await Until(() => _log.Records <= 2);
        Assert.Equal("20", await Get(store, "/a"));
    }

    [Fact]
    public async Task History_is_bounded_in_bytes_before_the_window_has_passed()
    {
        await using var store = await OpenAsync(new StoreOptions { HistoryBytes = 100_000, HistoryMemoryBytes = 10_000 });
        for (var i = 0; i < 2000; i++)
            await Put(store, "/a", new string('x', 1000));
        Assert.True(store.CompactedRevision > store.Revision - 120);
        await Until(() => _log.Records < 120);
    }

    [Fact]
    public async Task A_store_not_open_yet_says_so_and_a_closed_one_takes_no_writes()
    {
        var store = new LogStore(_log, new StoreOptions(), _time, NullLogger<LogStore>.Instance);
        Assert.Throws<InvalidOperationException>(() => store.Revision);
        await store.OpenAsync(None);
        await Put(store, "/a", "1");
        await store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Put(store, "/a", "2"));
        Assert.Throws<ObjectDisposedException>(() => store.Watch("/", 0));
        Assert.Equal("1", await Get(store, "/a"));
    }

    private static async Task Until(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
            await Task.Delay(5, limit.Token);
    }

    private static async Task<long> Put(IStore store, string key, string value, Durability durability = Durability.Committed)
    {
        var result = await store.WriteAsync(new StoreWrite(key, Encoding.UTF8.GetBytes(value), StoreWrite.AnyRevision, durability), None);
        Assert.Equal(WriteOutcome.Done, result.Outcome);
        return result.Revision;
    }

    private static async Task<string?> Get(IStore store, string key) =>
        await store.GetAsync(key, None) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    [Fact]
    public async Task A_watch_that_reads_the_log_while_the_store_closes_ends_without_an_error()
    {
        var store = await OpenAsync(new StoreOptions { HistoryMemoryBytes = 1 });
        var start = await Put(store, "/a", "1");
        await Put(store, "/a", "2");
        await Put(store, "/a", "3");
        using var watch = store.Watch("/", start);
        _log.HoldReads = new ManualResetEventSlim();
        var seen = Task.Run(async () => await watch.Events.ReadAllAsync().ToListAsync());
        Assert.True(await _log.HeldReads.WaitAsync(TimeSpan.FromSeconds(60)));

        await store.DisposeAsync();
        _log.HoldReads.Set();
        Assert.Empty(await seen);
    }

    private async Task<LogStore> OpenAsync(StoreOptions? options = null)
    {
        var store = new LogStore(_log, options ?? new StoreOptions(), _time, NullLogger<LogStore>.Instance);
        await store.OpenAsync(None);
        return store;
    }
}
