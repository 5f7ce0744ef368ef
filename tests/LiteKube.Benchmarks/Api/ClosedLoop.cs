using System.Diagnostics;

namespace LiteKube.Benchmarks.Api;

/// <summary>Clients with one request in flight each, for a while; what it took them and the server.</summary>
internal static class ClosedLoop
{
    public sealed record Result(double PerSecond, double P50, double P99, double ServerMicroseconds, double WrittenPerOperation);

    /// <param name="operation">Of a client, by its number and the count of its requests before.</param>
    public static async Task<Result> RunAsync(BenchmarkServer server, int clients, TimeSpan duration, Func<int, int, Task> operation)
    {
        var latencies = new List<double>[clients];
        var (processor, written) = (server.ProcessorTime, server.WrittenBytes);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var mine = latencies[client] = [];
            for (var i = 0; watch.Elapsed < duration; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await operation(client, i);
                mine.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        })));
        var seconds = watch.Elapsed.TotalSeconds;
        var sorted = latencies.SelectMany(l => l).Order().ToArray();
        return new Result(
            sorted.Length / seconds, sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100],
            (server.ProcessorTime - processor).TotalMicroseconds / sorted.Length, (server.WrittenBytes - written) / sorted.Length);
    }

    public static void Print(Report report, string what, int clients, Result result, double? reference, bool writes = false)
    {
        report.Line($"{what}, {clients} clients", result.PerSecond, "/s");
        if (reference is { } known)
            report.Line("  of kube-apiserver with etcd", result.PerSecond / known, "x");
        report.Line("  p50", result.P50, "ms");
        report.Line("  p99", result.P99, "ms");
        report.Line("  processor of the server per request", result.ServerMicroseconds, "us");
        if (writes)
            report.Line("  written to disk per request", result.WrittenPerOperation, "B");
    }
}
