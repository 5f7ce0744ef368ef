using LiteKube.Store;
using LiteKube.Store.Tests.Model;

namespace LiteKube.Store.Tests.Contract;

public abstract partial class StoreContract
{
    private static readonly string[] _prefixes = ["", "/", "/p/", "/p/a/", "/p/a/1", "/p/b/", "/q/", "/none/"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Random_operations_agree_with_the_model(int seed)
    {
        var random = new Random(seed);
        var model = new StoreModel(Store.Revision);
        var start = Store.Revision;
        for (var i = 0; i < 1500; i++)
        {
            switch (random.Next(100))
            {
                case < 70:
                    var write = RandomWrite(random, model);
                    Assert.Equal(Same.Of(model.Write(write)), Same.Of(await Store.WriteAsync(write, None)));
                    break;
                case < 80:
                    var key = RandomKey(random);
                    Assert.Equal(Same.Of(model.Get(key)), Same.Of(await Store.GetAsync(key, None)));
                    break;
                case < 90:
                    await CompareList(random, model);
                    break;
                case < 98:
                    CompareWatch(random, model);
                    break;
                case 98:
                    await Store.CompactAsync(random.NextInt64(start, Store.Revision + 1), None);
                    break;
                default:
                    await ReopenAsync();
                    break;
            }

            Assert.Equal(model.Revision, Store.Revision);
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Concurrent_writers_make_one_history_that_every_watcher_sees_through_compaction_and_restart(int seed)
    {
        var start = Store.Revision;
        var done = new List<(StoreWrite Write, WriteResult Result)>();
        var followers = new List<Follower>();
        for (var round = 0; round < 3; round++)
        {
            var early = _prefixes.Select(prefix => new Follower(Store, prefix, Store.Revision)).ToArray();
            await Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(() => WriteSome(new Random((seed * 1000) + (round * 10) + w), done))));
            var past = Math.Max(start, Store.CompactedRevision);
            var late = _prefixes.Select(prefix => new Follower(Store, prefix, past)).ToArray();
            await early[0].Reached(Store.Revision);
            await Store.CompactAsync(start + ((Store.Revision - start) / 2), None);
            followers.AddRange([.. early, .. late]);
            await ReopenAsync();
        }

        // In order of revision, each write that was done must be the one that the model also does, with the same outcome.
        var model = new StoreModel(start);
        foreach (var (write, result) in done.OrderBy(pair => pair.Result.Revision))
            Assert.Equal(Same.Of(model.Write(write)), Same.Of(result));
        Assert.Equal(model.Revision, Store.Revision);
        Assert.Equal(model.List(new StoreQuery("")).Entries.Select(Same.Of), (await Store.ListAsync(new StoreQuery(""), None)).Entries.Select(Same.Of));
        foreach (var follower in followers)
        {
            var seen = (await follower.Events).Select(Same.Of).ToArray();
            Assert.Equal(model.Watch(follower.Prefix, follower.After).Select(Same.Of).Take(seen.Length), seen);
        }
    }

    private async Task WriteSome(Random random, List<(StoreWrite, WriteResult)> done)
    {
        for (var i = 0; i < 250; i++)
        {
            var key = RandomKey(random);
            var present = await Store.GetAsync(key, None);
            var value = random.Next(4) == 0 ? (ReadOnlyMemory<byte>?)null : Bytes($"{random.Next()}");
            var durability = random.Next(4) == 0 ? Durability.Relaxed : Durability.Committed;
            var write = new StoreWrite(key, value, present?.ModRevision ?? 0, durability);
            var result = await Store.WriteAsync(write, None);
            if (result.Outcome != WriteOutcome.Done)
                continue;
            lock (done)
                done.Add((write, result));
        }
    }

    private static string RandomKey(Random random) => $"/{"pq"[random.Next(2)]}/{"ab"[random.Next(2)]}/{random.Next(40)}";

    private static StoreWrite RandomWrite(Random random, StoreModel model)
    {
        var key = RandomKey(random);
        var expected = random.Next(4) switch
        {
            0 => StoreWrite.AnyRevision,
            1 => 0,
            2 => model.Get(key)?.ModRevision ?? 0,
            _ => random.NextInt64(1, model.Revision + 2),
        };
        var value = new byte[random.Next(300)];
        random.NextBytes(value);
        return new StoreWrite(
            key, random.Next(3) == 0 ? null : value, expected, random.Next(2) == 0 ? Durability.Committed : Durability.Relaxed);
    }

    private async Task CompareList(Random random, StoreModel model)
    {
        var query = new StoreQuery(
            _prefixes[random.Next(_prefixes.Length)],
            random.Next(2) == 0 ? null : RandomKey(random),
            random.Next(30),
            random.Next(2) == 0 ? 0 : random.NextInt64(Math.Max(1, Store.CompactedRevision - 3), Math.Max(1, Store.Revision) + 1));
        if (query.Revision > Store.Revision)
            return;
        if (query.Revision != 0 && query.Revision < Store.CompactedRevision)
        {
            await Assert.ThrowsAsync<RevisionCompactedException>(async () => await Store.ListAsync(query, None));
            return;
        }

        var page = await Store.ListAsync(query, None);
        var expected = model.List(query);
        Assert.Equal(expected.Entries.Select(Same.Of), page.Entries.Select(Same.Of));
        Assert.Equal((expected.Remaining, query.Revision == 0 ? model.Revision : query.Revision), (page.Remaining, page.Revision));
    }

    private void CompareWatch(Random random, StoreModel model)
    {
        var prefix = _prefixes[random.Next(_prefixes.Length)];
        var after = random.NextInt64(Math.Max(0, Store.CompactedRevision - 3), Store.Revision + 1);
        if (after < Store.CompactedRevision)
        {
            Assert.Throws<RevisionCompactedException>(() => Store.Watch(prefix, after));
            return;
        }

        using var watch = Store.Watch(prefix, after);
        var seen = new List<string>();
        while (watch.Events.TryRead(out var e))
            seen.Add(Same.Of(e));
        Assert.Equal(model.Watch(prefix, after).Select(Same.Of), seen);
    }
}
