using LiteKube.Store;

namespace LiteKube.Store.Tests.Contract;

public abstract partial class StoreContract
{
    [Fact]
    public async Task An_empty_store_has_no_entries_and_no_history()
    {
        Assert.Null(await Store.GetAsync("/a", None));
        var page = await Store.ListAsync(new StoreQuery("/"), None);
        Assert.Empty(page.Entries);
        Assert.Equal(0, page.Remaining);
        Assert.Equal(Store.Revision, page.Revision);
    }

    [Fact]
    public async Task Every_write_gets_the_next_revision_and_is_seen_once_acknowledged()
    {
        var start = Store.Revision;
        for (var i = 1; i <= 10; i++)
        {
            var result = await Put($"/a/{i}", $"value {i}");
            Assert.Equal((WriteOutcome.Done, start + i), (result.Outcome, result.Revision));
            Assert.Equal(start + i, Store.Revision);
            var entry = await Store.GetAsync($"/a/{i}", None);
            Assert.Equal(($"/a/{i}", $"value {i}", start + i, start + i), (entry!.Key, Text(entry), entry.CreateRevision, entry.ModRevision));
        }
    }

    [Fact]
    public async Task A_replaced_entry_keeps_its_create_revision()
    {
        var created = await Put("/a", "1");
        var replaced = await Put("/a", "2", created.Revision);
        Assert.Equal(WriteOutcome.Done, replaced.Outcome);
        Assert.Equal((created.Revision, replaced.Revision), (replaced.Entry!.CreateRevision, replaced.Entry.ModRevision));
        Assert.Equal("2", Text(await Store.GetAsync("/a", None)));
    }

    [Fact]
    public async Task A_key_created_again_after_a_delete_has_a_new_create_revision()
    {
        await Put("/a", "1");
        await Delete("/a");
        var again = await Put("/a", "2", expected: 0);
        Assert.Equal((WriteOutcome.Done, again.Revision), (again.Outcome, again.Entry!.CreateRevision));
    }

    [Fact]
    public async Task A_create_of_a_present_key_is_refused_with_the_present_entry()
    {
        var first = await Put("/a", "1", expected: 0);
        var second = await Put("/a", "2", expected: 0);
        Assert.Equal((WriteOutcome.AlreadyExists, first.Revision), (second.Outcome, second.Entry!.ModRevision));
        Assert.Equal("1", Text(await Store.GetAsync("/a", None)));
        Assert.Equal(first.Revision, Store.Revision);
    }

    [Fact]
    public async Task A_replace_with_a_stale_revision_is_refused_with_the_present_entry()
    {
        var first = await Put("/a", "1");
        var second = await Put("/a", "2");
        var stale = await Put("/a", "3", first.Revision);
        Assert.Equal((WriteOutcome.Conflict, second.Revision), (stale.Outcome, stale.Entry!.ModRevision));
        Assert.Equal("2", Text(await Store.GetAsync("/a", None)));
    }

    [Fact]
    public async Task A_replace_or_delete_of_an_absent_key_is_not_found()
    {
        Assert.Equal(WriteOutcome.NotFound, (await Put("/a", "1", expected: 7)).Outcome);
        Assert.Equal(WriteOutcome.NotFound, (await Delete("/a", expected: 7)).Outcome);
        Assert.Equal(WriteOutcome.NotFound, (await Delete("/a")).Outcome);
        Assert.Null(await Store.GetAsync("/a", None));
    }

    [Fact]
    public async Task A_delete_returns_what_it_deleted_and_takes_a_revision()
    {
        var created = await Put("/a", "1");
        Assert.Equal(WriteOutcome.Conflict, (await Delete("/a", created.Revision + 1)).Outcome);
        var deleted = await Delete("/a", created.Revision);
        Assert.Equal((WriteOutcome.Done, created.Revision + 1, "1"), (deleted.Outcome, deleted.Revision, Text(deleted.Entry)));
        Assert.Null(await Store.GetAsync("/a", None));
        Assert.Equal(deleted.Revision, Store.Revision);
    }

    [Fact]
    public async Task An_empty_value_is_a_value()
    {
        await Put("/a", "");
        await ReopenAsync();
        Assert.Equal(0, (await Store.GetAsync("/a", None))!.Value.Length);
    }

    [Fact]
    public async Task A_large_value_and_any_character_of_a_key_survive()
    {
        var value = new byte[3 << 20];
        new Random(1).NextBytes(value);
        var key = "/k/" + new string('x', 700) + "/äöü/漢字/🙂";
        await Store.WriteAsync(new StoreWrite(key, value, 0), None);
        await ReopenAsync();
        var entry = await Store.GetAsync(key, None);
        Assert.True(entry!.Value.Span.SequenceEqual(value));
        Assert.Equal(key, entry.Key);
    }

    [Fact]
    public async Task A_write_cancelled_before_it_was_taken_up_is_not_made()
    {
        var revision = Store.Revision;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.WriteAsync(new StoreWrite("/a", Bytes("1"), 0), new CancellationToken(canceled: true)));
        Assert.Null(await Store.GetAsync("/a", None));
        Assert.Equal(revision, Store.Revision);
    }

    [Fact]
    public async Task Of_concurrent_creates_of_one_key_exactly_one_is_done()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () => await Put("/a", $"{i}", expected: 0))));
        Assert.Single(results, result => result.Outcome == WriteOutcome.Done);
        Assert.Equal(199, results.Count(result => result.Outcome == WriteOutcome.AlreadyExists));
    }

    [Fact]
    public async Task Concurrent_compare_and_swap_loses_no_increment()
    {
        await Put("/counter", "0");
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < 50;)
            {
                var entry = (await Store.GetAsync("/counter", None))!;
                var result = await Put("/counter", $"{int.Parse(Text(entry)) + 1}", entry.ModRevision);
                done += result.Outcome == WriteOutcome.Done ? 1 : 0;
            }
        })));
        Assert.Equal("800", Text(await Store.GetAsync("/counter", None)));
    }
}
