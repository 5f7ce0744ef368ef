using System.Diagnostics;
using LiteKube.Store;

namespace LiteKube.Benchmarks.Store;

internal sealed class ListBenchmark : IBenchmark
{
    public string Name => "list";

    public async Task RunAsync(string directory, Report report)
    {
        await using var store = await BenchmarkStore.OpenAsync(directory);
        await BenchmarkStore.Fill(store, 50_000);
        await Measure("get", report, async i => await store.GetAsync(BenchmarkStore.Key(i % 50_000), default));
        await Measure("list of 1,000 among 50,000", report, async i => await store.ListAsync(new StoreQuery($"/registry/configmaps/ns-{i % 50}/"), default));
        await Measure("page of 500 of 50,000, with the count of the rest", report, async _ => await store.ListAsync(new StoreQuery("/registry/configmaps/", Limit: 500), default));

        var past = store.Revision;
        await BenchmarkStore.Fill(store, 2_000);
        await Measure("list of 1,000, 2,000 writes ago", report, async i => await store.ListAsync(new StoreQuery($"/registry/configmaps/ns-{i % 50}/", Revision: past), default));
    }

    private static async Task Measure(string what, Report report, Func<int, Task> action)
    {
        await action(0);
        var count = 0;
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromSeconds(2))
            await action(count++);
        report.Line(what, count / watch.Elapsed.TotalSeconds, "/s");
    }
}
