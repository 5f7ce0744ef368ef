using LiteKube.Store;

namespace LiteKube.Benchmarks.Store;

/// <summary>What a small write costs the disk. The store is opened before and closed after the count, so checkpoints are in it.</summary>
internal sealed class DiskBytesBenchmark : IBenchmark
{
    public string Name => "disk";

    public async Task RunAsync(string directory, Report report)
    {
        await Measure("durable, one at a time, 100/s, new keys", directory, report, 3000, 1, Durability.Committed, 10, i => i);
        await Measure("durable, one at a time, 100/s, 50 keys", directory, report, 3000, 1, Durability.Committed, 10, i => i % 50);
        await Measure("durable, 64 at a time, 50 keys", directory, report, 40_000, 64, Durability.Committed, 0, i => i % 50);
        await Measure("relaxed, 50 keys", directory, report, 40_000, 1, Durability.Relaxed, 0, i => i % 50);
    }

    private static async Task Measure(string what, string directory, Report report, int writes, int together, Durability durability, int pause, Func<int, int> key)
    {
        // Twice, and the second counts: then the write-ahead log has its size, as in a store that has run for a while.
        var store = await BenchmarkStore.OpenAsync(directory);
        await Write(store, writes / 3, together, durability, 0, key);
        var counter = new DiskCounter(directory);
        await Write(store, writes, together, durability, pause, i => key(i + (writes / 3)));
        var running = counter.DiskBytes;
        await store.DisposeAsync();
        var logical = (double)writes * BenchmarkStore.ValueSize;
        report.Line($"bytes written per byte: {what}", counter.ProcessBytes / logical, "x (process)");
        report.Line("  with the file system's journal, all of the disk", counter.DiskBytes / logical, "x (disk)");
        report.Line("  of it before the close", running / logical, "x (disk)");
        report.Line("  database file", new FileInfo(Path.Combine(directory, "state.db")).Length / 1024.0, "KiB");
    }

    private static async Task Write(IStore store, int writes, int together, Durability durability, int pause, Func<int, int> key)
    {
        foreach (var group in Enumerable.Range(0, writes).Chunk(together))
        {
            await Task.WhenAll(group.Select(i => BenchmarkStore.Put(store, BenchmarkStore.Key(key(i)), durability)));
            if (pause > 0)
                await Task.Delay(pause);
        }
    }
}
