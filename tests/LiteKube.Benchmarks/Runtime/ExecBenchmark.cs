using System.Diagnostics;
using System.Text.Json.Nodes;
using LiteKube.Benchmarks.Cluster;

namespace LiteKube.Benchmarks.Runtime;

/// <summary>Commands in containers, through the API and as probes, on a node of the native runtime: what they take, and whose processor they take.</summary>
internal sealed class ExecBenchmark : IBenchmark
{
    private const string Command = "true";
    private const int Rounds = 50;
    private const int Batches = 5;
    private const int Probed = 10;

    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(30);

    public string Name => "exec";

    public async Task RunAsync(string directory, Report report)
    {
        await using var cluster = await RuntimeCluster.StartAsync("native");
        using var watch = await cluster.WatchAsync();
        await cluster.CreateAsync(RuntimeCluster.Pod("exec"));
        await watch.RunningAsync(1);
        report.Line("exec of true through the API, the first of the server", await OneAsync(cluster), "ms");
        for (var i = 2; i < 10; i++)
            await OneAsync(cluster);
        report.Line("  the tenth", await OneAsync(cluster), "ms");
        for (var i = 0; i < Batches; i++)
            await BatchAsync(cluster, report);
        await cluster.DeleteAsync("exec");
        await watch.DeletedAsync(1);
        await ProbesAsync(cluster, watch, report);
    }

    /// <summary>The same pods with and without a probe a second; the difference is the probes'.</summary>
    public static async Task ProbesAsync(RuntimeCluster cluster, PodWatch watch, Report report)
    {
        var idle = await CostAsync("plain", null);
        var probed = await CostAsync("probed", () => new JsonObject
        {
            ["livenessProbe"] = new JsonObject { ["exec"] = new JsonObject { ["command"] = new JsonArray(Command) }, ["periodSeconds"] = 1 },
        });
        const double Probes = Probed;
        report.Line("processor time of an exec probe, all processes of the host", (probed.Host - idle.Host) / (Probes * s_window.TotalSeconds), "ms");
        report.Line("  of it LiteKube's own", (probed.Own - idle.Own) / (Probes * s_window.TotalSeconds), "ms");

        async Task<(double Host, double Own)> CostAsync(string prefix, Func<JsonObject>? container)
        {
            await Task.WhenAll(Enumerable.Range(0, Probed).Select(i => cluster.CreateAsync(RuntimeCluster.Pod($"{prefix}-{i}", container?.Invoke()))));
            await watch.RunningAsync(Probed);
            await Task.Delay(s_settle);
            var (host, own) = (cluster.ProcessorMilliseconds(), cluster.OwnProcessorMilliseconds());
            await Task.Delay(s_window);
            (host, own) = (cluster.ProcessorMilliseconds() - host, cluster.OwnProcessorMilliseconds() - own);
            await Task.WhenAll(Enumerable.Range(0, Probed).Select(i => cluster.DeleteAsync($"{prefix}-{i}")));
            await watch.DeletedAsync(Probed);
            return (host, own);
        }
    }

    private static async Task BatchAsync(RuntimeCluster cluster, Report report)
    {
        var (host, own) = (cluster.ProcessorMilliseconds(), cluster.OwnProcessorMilliseconds());
        var times = new List<double>();
        for (var i = 0; i < Rounds; i++)
            times.Add(await OneAsync(cluster));
        report.Line($"{Rounds} of them, median", StartBenchmark.Median(times), FormattableString.Invariant($"ms / {times.Order().ElementAt(Rounds / 10):F1} ms the fastest tenth"));
        report.Line("  processor time of the host, each", (cluster.ProcessorMilliseconds() - host) / Rounds, FormattableString.Invariant($"ms / {(cluster.OwnProcessorMilliseconds() - own) / Rounds:F1} ms LiteKube's own"));
    }

    private static async Task<double> OneAsync(RuntimeCluster cluster)
    {
        var start = Stopwatch.GetTimestamp();
        await cluster.ExecAsync("exec", Command);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
