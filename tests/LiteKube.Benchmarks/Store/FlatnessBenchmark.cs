using LiteKube.Store;

namespace LiteKube.Benchmarks.Store;

/// <summary>The same work on a small store, on a large one, and on one with a long past.</summary>
internal sealed class FlatnessBenchmark : IBenchmark
{
    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(4);

    public string Name => "flat";

    public async Task RunAsync(string directory, Report report)
    {
        await using var store = await BenchmarkStore.OpenAsync(directory);
        await CommitBenchmark.Measure(store, 64, Durability.Committed, TimeSpan.FromSeconds(1), null);
        await BenchmarkStore.Fill(store, 1_000);
        await Measure("1,000 entries", store, report);
        await BenchmarkStore.Fill(store, 100_000);
        await Measure("100,000 entries", store, report);
        for (var i = 0; i < 4; i++)
            await BenchmarkStore.Fill(store, 50_000);
        await Measure("100,000 entries, 200,000 writes later", store, report);
        report.Line("  database file", new FileInfo(Path.Combine(directory, "state.db")).Length / 1048576.0, "MiB");
        report.Line("  managed memory", GC.GetTotalMemory(forceFullCollection: true) / 1048576.0, "MiB");
    }

    private static async Task Measure(string what, IStore store, Report report)
    {
        report.Line($"with {what}:", store.Revision, "writes so far");
        await CommitBenchmark.Measure(store, 1, Durability.Committed, _duration, report);
        await CommitBenchmark.Measure(store, 64, Durability.Committed, _duration, report);
    }
}
