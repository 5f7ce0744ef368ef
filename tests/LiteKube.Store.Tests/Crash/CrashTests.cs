using System.Globalization;
using LiteKube.Store;
using LiteKube.Store.Sqlite;

namespace LiteKube.Store.Tests.Crash;

public sealed class CrashTests
{
    private const int WritesPerRound = 1500;

    [Fact]
    public async Task A_killed_writer_loses_no_acknowledged_commit_and_no_revision_is_used_twice()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("state.db");
        var committed = new SortedDictionary<long, (string Key, int Length)>();
        var events = new SortedDictionary<long, StoreEvent>();
        var newest = 0L;
        for (var round = 0; round < 4; round++)
        {
            var (opened, acknowledged) = await WriteAndKill(path);
            Assert.True(opened >= newest, $"opened at {opened}, but {newest} had been shown");
            foreach (var (kind, revision, key, length) in acknowledged)
            {
                Assert.True(revision > opened, $"revision {revision} given out again after opening at {opened}");
                newest = Math.Max(newest, revision);
                if (kind == "committed")
                    Assert.True(committed.TryAdd(revision, (key, length)), $"revision {revision} given out twice");
            }

            await Compare(path, committed, events, newest);
        }
    }

    private static async Task<(long Opened, List<(string Kind, long Revision, string Key, int Length)> Acknowledged)> WriteAndKill(string path)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using var child = ChildProcess.Start("write", path);
        var lines = new List<string>();
        while (await child.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            lines.Add(line);
            if (lines.Count == WritesPerRound)
                child.Kill();
        }

        await child.WaitForExitAsync(limit.Token);
        Assert.True(lines.Count >= WritesPerRound, "the writer ended by itself");

        // The last line may be cut off by the kill; a write whose line did not get out was not acknowledged to anybody.
        var writes = lines.Skip(1).Select(line => line.Split(' ')).Where(parts => parts.Length == 4 && parts[3].Length > 0);
        return (Number(lines[0].Split(' ')[1]), [.. writes.SkipLast(1).Select(parts => (parts[0], Number(parts[1]), parts[2], (int)Number(parts[3])))]);
    }

    private static async Task Compare(
        string path, SortedDictionary<long, (string Key, int Length)> committed, SortedDictionary<long, StoreEvent> events, long newest)
    {
        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path });
        Assert.True(store.Revision >= newest);

        // Every acknowledged commit is an event of the history, of which each crash but the last gives up what was before it …
        using var watch = store.Watch("/committed/", store.CompactedRevision);
        while (watch.Events.TryRead(out var e))
            events[e.Revision] = e;
        foreach (var (revision, (key, length)) in committed)
        {
            var e = Assert.Contains(revision, (IReadOnlyDictionary<long, StoreEvent>)events);
            Assert.Equal((key, length), (e.Key, e.Entry?.Value.Length ?? -1));
        }

        // … and the state is what its events make.
        var state = events.Values.GroupBy(e => e.Key).Select(group => group.Last().Entry).OfType<StoreEntry>();
        var page = await store.ListAsync(new StoreQuery("/committed/"), CancellationToken.None);
        Assert.Equal(state.Select(e => (e.Key, e.ModRevision)).Order(), page.Entries.Select(e => (e.Key, e.ModRevision)).Order());
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
