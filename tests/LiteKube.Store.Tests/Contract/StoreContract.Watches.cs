using LiteKube.Store;

namespace LiteKube.Store.Tests.Contract;

public abstract partial class StoreContract
{
    [Fact]
    public async Task A_watch_sees_every_event_of_its_prefix_in_order_and_no_other()
    {
        using var watch = Store.Watch("/pods/", Store.Revision);
        var created = await Put("/pods/a", "1");
        await Put("/nodes/a", "x");
        await Put("/podsnot/a", "x");
        var changed = await Put("/pods/a", "2");
        var deleted = await Delete("/pods/a");

        var events = await Take(watch, 3);
        Assert.Equal([created.Revision, changed.Revision, deleted.Revision], events.Select(e => e.Revision));
        Assert.Equal([("1", "(none)"), ("2", "1"), ("(none)", "2")], events.Select(e => (Text(e.Entry), Text(e.Previous))));
        Assert.All(events, e => Assert.Equal("/pods/a", e.Key));
        Assert.False(watch.Events.TryRead(out _));
    }

    [Fact]
    public async Task A_watch_from_a_past_revision_begins_right_after_it_and_goes_on_live()
    {
        var first = await Put("/a/1", "1");
        var second = await Put("/a/2", "2");
        await Delete("/a/1");
        using var watch = Store.Watch("/a/", first.Revision);
        await Put("/a/3", "3");
        var events = await Take(watch, 3);
        Assert.Equal([second.Revision, second.Revision + 1, second.Revision + 2], events.Select(e => e.Revision));
        Assert.Equal(["/a/2", "/a/1", "/a/3"], events.Select(e => e.Key));
    }

    [Fact]
    public async Task A_watch_from_before_a_restart_goes_on_after_it()
    {
        var start = (await Put("/a/1", "1")).Revision;
        await Put("/a/1", "2", durability: Durability.Relaxed);
        await Put("/b/1", "x");
        await Delete("/a/1");
        await ReopenAsync();
        await Put("/a/1", "3");
        using var watch = Store.Watch("/a/", start);
        var events = await Take(watch, 3);
        Assert.Equal([("2", "1"), ("(none)", "2"), ("3", "(none)")], events.Select(e => (Text(e.Entry), Text(e.Previous))));
        Assert.Equal([start + 1, start + 3, start + 4], events.Select(e => e.Revision));
    }

    [Fact]
    public async Task A_watch_from_a_future_revision_waits_for_it()
    {
        var start = Store.Revision;
        using var watch = Store.Watch("/", start + 2);
        await Put("/a", "1");
        await Put("/a", "2");
        await Put("/a", "3");
        Assert.Equal(start + 3, (await Take(watch, 1))[0].Revision);
    }

    [Fact]
    public async Task Once_the_revision_is_seen_every_event_up_to_it_can_be_read_without_waiting()
    {
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
                await Put($"/{w}/{i % 7}", $"{i}");
        })).ToArray();
        var reader = Task.Run(() =>
        {
            using var watch = Store.Watch("/", Store.Revision);
            var last = 0L;
            while (!stop.IsCancellationRequested)
            {
                var revision = Store.Revision;
                while (watch.Events.TryRead(out var e))
                {
                    Assert.True(last == 0 || e.Revision == last + 1, $"{e.Revision} follows {last}");
                    last = e.Revision;
                }

                Assert.True(last == 0 || last >= revision, $"saw revision {revision}, read only up to {last}");
            }
        });
        await Task.WhenAll(writers);
        await stop.CancelAsync();
        await reader;
    }

    [Fact]
    public async Task What_reads_show_is_never_newer_than_the_store_says()
    {
        await Put("/a", "0");
        var writer = Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
                await Put("/a", $"{i}");
        });
        while (!writer.IsCompleted)
        {
            var entry = (await Store.GetAsync("/a", None))!;
            Assert.True(entry.ModRevision <= Store.Shown, $"{entry.ModRevision} could be read, but {Store.Shown} is said to be the newest");
            Assert.True(Store.Revision <= Store.Shown);
        }

        await writer;
    }

    [Fact]
    public async Task An_event_finds_at_least_its_state_in_the_store()
    {
        using var watch = Store.Watch("/a", Store.Revision);
        var writer = Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
                await Put("/a", $"{i}");
        });
        for (var i = 0; i < 300; i++)
        {
            var e = (await Take(watch, 1))[0];
            Assert.True((await Store.GetAsync("/a", None))!.ModRevision >= e.Revision);
        }

        await writer;
    }

    [Fact]
    public async Task A_watcher_that_does_not_read_gets_everything_when_it_does()
    {
        var start = Store.Revision;
        using var watch = Store.Watch("/a/", start);
        Assert.False(watch.Events.TryRead(out _));
        await Task.WhenAll(Enumerable.Range(0, 5000).Select(i => Put($"/a/{i % 11}", $"{i}").AsTask()));
        var events = await Take(watch, 5000);
        Assert.Equal(Enumerable.Range(1, 5000).Select(i => start + i), events.Select(e => e.Revision));
    }

    [Fact]
    public async Task A_watcher_that_history_has_left_behind_is_ended_as_too_slow()
    {
        using var watch = Store.Watch("/a/", Store.Revision);
        await Task.WhenAll(Enumerable.Range(0, 5000).Select(i => Put($"/a/{i % 11}", $"{i}").AsTask()));
        await Store.CompactAsync(Store.Revision, None);
        var events = 0;
        await Assert.ThrowsAsync<WatcherTooSlowException>(async () =>
        {
            await foreach (var _ in watch.Events.ReadAllAsync())
                events++;
        });
        Assert.True(events < 5000);
    }

    [Fact]
    public async Task A_disposed_watch_ends_and_others_go_on()
    {
        var first = Store.Watch("/a/", Store.Revision);
        using var second = Store.Watch("/a/", Store.Revision);
        await Put("/a/1", "1");
        first.Dispose();
        await Put("/a/1", "2");
        await foreach (var e in first.Events.ReadAllAsync())
            Assert.Equal("1", Text(e.Entry));
        Assert.Equal(["1", "2"], (await Take(second, 2)).Select(e => Text(e.Entry)));
    }

    [Fact]
    public async Task Watches_end_without_error_when_the_store_closes()
    {
        using var watch = Store.Watch("/", Store.Revision);
        var end = Task.Run(async () => await watch.Events.WaitToReadAsync());
        await Store.DisposeAsync();
        Assert.False(await end.WaitAsync(TimeSpan.FromSeconds(60)));
        Store = await OpenAsync();
    }

    [Fact]
    public async Task Prefixes_of_every_kind_are_told_apart()
    {
        string[] prefixes = ["", "/", "/r/pods/", "/r/pods/ns1/", "/r/pods/ns1/web", "/r/pods/ns1/web-1", "/r/pods/ns2/", "/r/nodes/", "/r/pods/ns1/w", "/x"];
        string[] keys = ["/r/pods/ns1/web", "/r/pods/ns1/web-1", "/r/pods/ns1/wide", "/r/pods/ns2/web", "/r/nodes/n1", "/r/pod", "/x", "/y"];
        var watches = prefixes.Select(prefix => Store.Watch(prefix, Store.Revision)).ToArray();
        foreach (var watch in watches)
            Assert.False(watch.Events.TryRead(out _));
        foreach (var key in keys)
            await Put(key, "1");
        watches[4].Dispose();
        foreach (var key in keys)
            await Delete(key);
        for (var i = 0; i < prefixes.Length; i++)
        {
            var seen = new List<string>();
            while (watches[i].Events.TryRead(out var e))
                seen.Add(e.Key);
            var expected = keys.Where(key => key.StartsWith(prefixes[i], StringComparison.Ordinal)).ToArray();
            Assert.Equal(i == 4 ? expected : [.. expected, .. expected], seen);
            watches[i].Dispose();
        }
    }
}
