using System.Diagnostics;
using LiteKube.Store;

namespace LiteKube.Benchmarks.Store;

internal sealed class CommitBenchmark : IBenchmark
{
    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(4);

    public string Name => "commit";

    public async Task RunAsync(string directory, Report report)
    {
        await using var store = await BenchmarkStore.OpenAsync(directory);
        await Measure(store, 64, Durability.Committed, TimeSpan.FromSeconds(1), null);
        foreach (var writers in new[] { 1, 16, 64, 256 })
            await Measure(store, writers, Durability.Committed, _duration, report);
        await Measure(store, 64, Durability.Relaxed, _duration, report);
    }

    public static async Task<double> Measure(IStore store, int writers, Durability durability, TimeSpan duration, Report? report)
    {
        var latencies = new List<double>[writers];
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        using var process = Process.GetCurrentProcess();
        var processor = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            var mine = latencies[w] = [];
            for (var i = w; watch.Elapsed < duration; i += writers)
            {
                var start = Stopwatch.GetTimestamp();
                await BenchmarkStore.Put(store, BenchmarkStore.Key(i % 5000), durability);
                mine.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        })));
        var seconds = watch.Elapsed.TotalSeconds;
        var sorted = latencies.SelectMany(list => list).Order().ToArray();
        var perSecond = sorted.Length / seconds;
        if (report is null)
            return perSecond;
        process.Refresh();
        var kind = durability == Durability.Committed ? "durable" : "relaxed";
        report.Line($"{kind} updates of 1 KiB, {writers} writers", perSecond, "/s");
        report.Line("  p50", sorted[sorted.Length / 2], "ms");
        report.Line("  p99", sorted[sorted.Length * 99 / 100], "ms");
        report.Line("  processor per write, its writer's included", (process.TotalProcessorTime - processor).TotalMicroseconds / sorted.Length, "us");
        report.Line("  allocated per write, beyond the 1 KiB value", ((double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / sorted.Length) - BenchmarkStore.ValueSize, "B");
        return perSecond;
    }
}
