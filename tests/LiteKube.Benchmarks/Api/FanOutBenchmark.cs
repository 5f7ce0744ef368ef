using System.Diagnostics;

namespace LiteKube.Benchmarks.Api;

/// <summary>One writer whose updates everybody watches: as fast as it can before 100, 500 and 1,000 watchers, and at 10 writes a second before 100.</summary>
internal sealed class FanOutBenchmark : IBenchmark
{
    public string Name => "fan-out";

    public async Task RunAsync(string directory, Report report)
    {
        await using var server = await BenchmarkServer.StartAsync(directory);
        await MeasureAsync(server, 100, 500, TimeSpan.Zero, null);
        foreach (var (watchers, writes) in new[] { (100, 3000), (500, 1500), (1000, 1000) })
            await MeasureAsync(server, watchers, writes, TimeSpan.Zero, report);
        await MeasureAsync(server, 100, 100, TimeSpan.FromMilliseconds(100), report);
    }

    private static async Task MeasureAsync(BenchmarkServer server, int count, int writes, TimeSpan pause, Report? report)
    {
        using var reading = server.Client();
        using var writing = server.Client();
        var objects = new ConfigMaps(writing, $"bench-{count}-{writes}");
        await objects.NamespaceAsync();
        var version = await objects.CreateAsync("o");
        var watchers = Enumerable.Range(0, count).Select(_ => new Watcher(writes)).ToArray();
        var answers = await Task.WhenAll(watchers.Select(w => w.OpenAsync(reading, $"{objects.Collection}?watch=true&resourceVersion={version}")));
        var all = Task.WhenAll(watchers.Select((w, i) => Task.Run(() => w.ReadAsync(answers[i]))));

        var sent = new long[writes];
        var processor = server.ProcessorTime;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < writes; i++)
        {
            sent[i] = Stopwatch.GetTimestamp();
            version = await objects.UpdateAsync("o", version, i);
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause);
        }

        var wrote = Stopwatch.GetElapsedTime(start);
        await all;
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        foreach (var answer in answers)
            answer.Dispose();
        if (report is null)
            return;
        var events = (double)count * writes;
        var latencies = watchers.SelectMany(w => Enumerable.Range(0, writes).Select(i => Stopwatch.GetElapsedTime(sent[i], w.Seen(i)).TotalMilliseconds)).Order().ToArray();
        report.Line(pause > TimeSpan.Zero ? $"{count} watchers, 10 writes/s" : $"{count} watchers, one writer in a closed loop", events / seconds, "events/s");
        if (pause == TimeSpan.Zero && ReferenceFigures.WatchEvents(count) is { } reference)
            report.Line("  of kube-apiserver with etcd", events / seconds / reference, "x");
        report.Line("  writes meanwhile", writes / wrote.TotalSeconds, "/s");
        report.Line("  write to watcher, p50", latencies[latencies.Length / 2], "ms");
        report.Line("  write to watcher, p99", latencies[latencies.Length * 99 / 100], "ms");
        report.Line("  processor of the server per event", (server.ProcessorTime - processor).TotalMicroseconds / events, "us");
    }
}
