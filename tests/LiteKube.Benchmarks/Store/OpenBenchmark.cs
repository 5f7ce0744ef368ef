using System.Diagnostics;

namespace LiteKube.Benchmarks.Store;

internal sealed class OpenBenchmark : IBenchmark
{
    public string Name => "open";

    public async Task RunAsync(string directory, Report report)
    {
        await Measure("open, new file, first in the process", directory, report);
        await Measure("open, empty store", directory, report);
        await using (var store = await BenchmarkStore.OpenAsync(directory))
            await BenchmarkStore.Fill(store, 100_000);
        await Measure("open, 100,000 entries of 1 KiB", directory, report);
        await Measure("open, 100,000 entries of 1 KiB, again", directory, report);
    }

    private static async Task Measure(string what, string directory, Report report)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await using var store = await BenchmarkStore.OpenAsync(directory);
        report.Line(what, watch.Elapsed.TotalMilliseconds, "ms");
        process.Refresh();
        report.Line("  processor", (process.TotalProcessorTime - before).TotalMilliseconds, "ms");
    }
}
