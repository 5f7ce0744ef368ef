using LiteKube.Store;

namespace LiteKube.Store.Tests.Contract;

public abstract partial class StoreContract
{
    [Fact]
    public async Task A_list_has_the_prefix_only_in_ordinal_order()
    {
        string[] keys = ["/a/b", "/a/B", "/a/b/c", "/a/a", "/a/ä", "/a/", "/a-", "/a0", "/a", "/b"];
        foreach (var key in keys)
            await Put(key, key);
        var page = await Store.ListAsync(new StoreQuery("/a/"), None);
        Assert.Equal(["/a/", "/a/B", "/a/a", "/a/b", "/a/b/c", "/a/ä"], page.Entries.Select(e => e.Key));
        Assert.Equal((0, Store.Revision), (page.Remaining, page.Revision));
        Assert.Equal(keys.Order(StringComparer.Ordinal), (await Store.ListAsync(new StoreQuery(""), None)).Entries.Select(e => e.Key));
        Assert.Empty((await Store.ListAsync(new StoreQuery("/c"), None)).Entries);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(400)]
    public async Task Pages_of_one_revision_make_up_the_list_of_that_revision_whatever_is_written_between(int limit)
    {
        await Task.WhenAll(Enumerable.Range(0, 120).Select(i => Put($"/t/{i:D3}", "old").AsTask()));
        await Put("/u", "beside");
        var whole = await Store.ListAsync(new StoreQuery("/t/"), None);
        var seen = new List<StoreEntry>();
        var page = await Store.ListAsync(new StoreQuery("/t/", Limit: limit), None);
        while (true)
        {
            seen.AddRange(page.Entries);
            Assert.Equal(whole.Revision, page.Revision);
            Assert.Equal(120 - seen.Count, page.Remaining);
            if (page.Remaining == 0)
                break;
            await Put($"/t/{seen.Count:D3}", "new");
            await Put($"/t/{seen.Count:D3}x", "new");
            await Delete($"/t/{(seen.Count + 40) % 120:D3}");
            page = await Store.ListAsync(new StoreQuery("/t/", seen[^1].Key, limit, whole.Revision), None);
        }

        Assert.Equal(whole.Entries, seen);
    }

    [Fact]
    public async Task A_past_revision_lists_what_was_there_then_also_after_a_restart()
    {
        await Put("/a/1", "1");
        await Put("/a/2", "2");
        var past = (await Put("/a/3", "3")).Revision;
        await Put("/a/1", "changed");
        await Put("/a/1", "changed again");
        await Delete("/a/2");
        await Put("/a/4", "new");
        for (var round = 0; round < 2; round++)
        {
            var page = await Store.ListAsync(new StoreQuery("/a/", Limit: 2, Revision: past), None);
            Assert.Equal(["1", "2"], page.Entries.Select(Text));
            Assert.Equal((past, 1), (page.Revision, page.Remaining));
            var between = await Store.ListAsync(new StoreQuery("/a/", Revision: past + 2), None);
            Assert.Equal(["changed again", "2", "3"], between.Entries.Select(Text));
            await ReopenAsync();
        }
    }

    [Fact]
    public async Task A_revision_not_reached_yet_cannot_be_listed() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.ListAsync(new StoreQuery("/", Revision: Store.Revision + 1), None));

    [Fact]
    public async Task What_is_compacted_is_refused_and_what_is_not_goes_on_also_after_a_restart()
    {
        await Put("/a/1", "1");
        await Put("/a/2", "2");
        await Put("/a/1", "1b");
        var compacted = (await Delete("/a/2")).Revision;
        await Put("/a/1", "1c");
        await Put("/a/3", "3");
        await Store.CompactAsync(compacted, None);
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(compacted, Store.CompactedRevision);
            var refused = await Assert.ThrowsAsync<RevisionCompactedException>(async () => await Store.ListAsync(new StoreQuery("/", Revision: compacted - 1), None));
            Assert.Equal(compacted, refused.Compacted);
            Assert.Throws<RevisionCompactedException>(() => Store.Watch("/", compacted - 1));

            Assert.Equal(["1b"], (await Store.ListAsync(new StoreQuery("/", Revision: compacted), None)).Entries.Select(Text));
            Assert.Equal(["1c", "3"], (await Store.ListAsync(new StoreQuery("/"), None)).Entries.Select(Text));
            using var watch = Store.Watch("/", compacted);
            Assert.Equal([("1c", "1b"), ("3", "(none)")], (await Take(watch, 2)).Select(e => (Text(e.Entry), Text(e.Previous))));
            await ReopenAsync();
        }
    }

    [Fact]
    public async Task Compaction_beyond_the_present_or_behind_the_past_is_harmless()
    {
        await Put("/a", "1");
        await Put("/a", "2");
        var revision = Store.Revision;
        await Store.CompactAsync(revision + 1000, None);
        Assert.Equal(revision, Store.CompactedRevision);
        await Store.CompactAsync(1, None);
        Assert.Equal(revision, Store.CompactedRevision);
        Assert.Equal(revision + 1, (await Put("/a", "3")).Revision);
        await ReopenAsync();
        Assert.Equal("3", Text(await Store.GetAsync("/a", None)));
    }

    [Fact]
    public async Task Revisions_go_on_after_a_restart_even_when_nothing_is_left()
    {
        await Put("/a", "1");
        await Put("/a", "2", durability: Durability.Relaxed);
        var deleted = await Delete("/a");
        await Store.CompactAsync(deleted.Revision, None);
        await ReopenAsync();
        Assert.Equal(deleted.Revision, Store.Revision);
        Assert.Equal(deleted.Revision + 1, (await Put("/a", "3", expected: 0)).Revision);
    }

    [Fact]
    public async Task Relaxed_writes_are_seen_at_once_and_survive_an_orderly_stop()
    {
        await Put("/lease", "0", durability: Durability.Relaxed);
        using var watch = Store.Watch("/lease", Store.Revision);
        for (var i = 1; i <= 100; i++)
        {
            await Put("/lease", $"{i}", durability: Durability.Relaxed);
            Assert.Equal($"{i}", Text(await Store.GetAsync("/lease", None)));
        }

        Assert.Equal(100, (await Take(watch, 100)).Count);
        var revision = Store.Revision;
        await ReopenAsync();
        Assert.Equal("100", Text(await Store.GetAsync("/lease", None)));
        Assert.Equal(revision, Store.Revision);
    }
}
