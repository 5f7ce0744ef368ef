using System.Diagnostics;
using LiteKube.Store;

namespace LiteKube.Benchmarks.Store;

internal sealed class WatchFanOutBenchmark : IBenchmark
{
    private const int Watchers = 100;
    private const int Events = 10_000;

    public string Name => "watch";

    public async Task RunAsync(string directory, Report report)
    {
        await using var store = await BenchmarkStore.OpenAsync(directory);
        await FanOut(store, report);
        await Delay(store, report);
        await Unrelated(store, report);
    }

    private static async Task FanOut(IStore store, Report report)
    {
        var watches = Enumerable.Range(0, Watchers).Select(_ => store.Watch("/registry/", store.Revision)).ToArray();
        var watch = Stopwatch.StartNew();
        var readers = watches.Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < Events; i++)
                await w.Events.ReadAsync();
        })).ToArray();
        foreach (var group in Enumerable.Range(0, Events).Chunk(64))
            await Task.WhenAll(group.Select(i => BenchmarkStore.Put(store, BenchmarkStore.Key(i % 1000))));
        await Task.WhenAll(readers);
        report.Line($"events to {Watchers} watchers, 64 writers", Watchers * Events / watch.Elapsed.TotalSeconds, "/s");
        foreach (var w in watches)
            w.Dispose();
    }

    private static async Task Delay(IStore store, Report report)
    {
        var delays = new List<double>();
        var sent = 0L;
        var watches = Enumerable.Range(0, Watchers).Select(_ => store.Watch("/registry/", store.Revision)).ToArray();
        using var all = new CountdownEvent(Watchers);
        var readers = watches.Select(w => Task.Run(async () =>
        {
            await foreach (var _ in w.Events.ReadAllAsync())
            {
                var delay = Stopwatch.GetElapsedTime(Volatile.Read(ref sent)).TotalMilliseconds;
                lock (delays)
                    delays.Add(delay);
                all.Signal();
            }
        })).ToArray();
        for (var i = 0; i < 200; i++)
        {
            Volatile.Write(ref sent, Stopwatch.GetTimestamp());
            await BenchmarkStore.Put(store, BenchmarkStore.Key(i));
            await Task.Run(all.Wait);
            all.Reset();
            await Task.Delay(10);
        }

        foreach (var w in watches)
            w.Dispose();
        await Task.WhenAll(readers);
        delays.Sort();
        report.Line($"durable write to its event, {Watchers} watchers, p50", delays[delays.Count / 2], "ms");
        report.Line("  p99", delays[delays.Count * 99 / 100], "ms");
    }

    private static async Task Unrelated(IStore store, Report report)
    {
        foreach (var others in new[] { 0, 10_000 })
        {
            var watches = Enumerable.Range(0, others).Select(i => store.Watch($"/registry/secrets/ns-{i % 100}/name-{i}", store.Revision)).ToArray();
            foreach (var w in watches)
                w.Events.TryRead(out _);
            var perSecond = await CommitBenchmark.Measure(store, 64, Durability.Relaxed, TimeSpan.FromSeconds(2), null);
            report.Line($"relaxed writes beside {others:N0} watchers of other keys", perSecond, "/s");
            foreach (var w in watches)
                w.Dispose();
        }
    }
}
