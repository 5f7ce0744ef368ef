using System.Diagnostics;
using System.Text.Json.Nodes;
using LiteKube.Benchmarks.Cluster;

namespace LiteKube.Benchmarks.Runtime;

/// <summary>What pods cost on one of the runtimes: one, many at once, their memory, commands in them, probes of them.</summary>
internal sealed class RuntimeBenchmark(string runtime) : IBenchmark
{
    private const int WarmUps = 8;
    private const int Rounds = 30;

    private static readonly int[] s_bursts = [50, 110];
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(5);

    public string Name => runtime;

    public async Task RunAsync(string directory, Report report)
    {
        await using var cluster = await RuntimeCluster.StartAsync(runtime);
        using var watch = await cluster.WatchAsync();
        await OneAsync(cluster, watch, report);
        await ExecAsync(cluster, watch, report);
        foreach (var pods in s_bursts)
            await BurstAsync(cluster, watch, pods, report);
        await ExecBenchmark.ProbesAsync(cluster, watch, report);
    }

    private static async Task OneAsync(RuntimeCluster cluster, PodWatch watch, Report report)
    {
        var (started, deleted) = (new List<double>(), new List<double>());
        var processor = 0.0;
        for (var round = -WarmUps; round < Rounds; round++)
        {
            if (round == 0)
                processor = cluster.ProcessorMilliseconds();
            var name = $"one-{round + WarmUps}";
            var start = Stopwatch.GetTimestamp();
            await cluster.CreateAsync(RuntimeCluster.Pod(name));
            await watch.RunningAsync(1);
            var running = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

            // The shell must have set its trap, or the signal does nothing.
            await Task.Delay(100);
            start = Stopwatch.GetTimestamp();
            await cluster.DeleteAsync(name);
            await watch.DeletedAsync(1);
            if (round < 0)
                continue;
            started.Add(running);
            deleted.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        report.Line("one pod, create to Running seen by a watch, median", StartBenchmark.Median(started), "ms");
        report.Line("  fastest / slowest tenth", started.Order().First(), $"ms / {started.Order().ElementAt(started.Count * 9 / 10):F0} ms");
        report.Line("deletion of a pod that exits at once, median", StartBenchmark.Median(deleted), "ms");
        report.Line("  processor time of the host for both", (cluster.ProcessorMilliseconds() - processor) / Rounds, "ms");
    }

    private static async Task BurstAsync(RuntimeCluster cluster, PodWatch watch, int pods, Report report)
    {
        var before = cluster.MemoryByProgram();
        var processor = cluster.ProcessorMilliseconds();
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, pods).Select(i => cluster.CreateAsync(RuntimeCluster.Pod($"many-{pods}-{i}"))));
        await watch.RunningAsync(pods);
        report.Line($"{pods} pods at once, all Running", Stopwatch.GetElapsedTime(start).TotalSeconds, "s");
        report.Line("  processor time of the host, per pod", (cluster.ProcessorMilliseconds() - processor) / pods, "ms");
        await Task.Delay(s_settle);
        var memory = cluster.MemoryByProgram();

        // The containers' own processes are what the user asked for.
        foreach (var own in (string[])["sh", "sleep", "busybox"])
            memory.Remove(own);
        var growth = memory.ToDictionary(p => p.Key, p => (p.Value - before.GetValueOrDefault(p.Key)) / pods);
        report.Line("  memory per pod beyond its container's", growth.Values.Sum(), "MB, of it " + string.Join(", ", growth.Where(g => g.Value > 0.01).Select(g => FormattableString.Invariant($"{g.Key} {g.Value:F2}"))));
        start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, pods).Select(i => cluster.DeleteAsync($"many-{pods}-{i}")));
        await watch.DeletedAsync(pods);
        report.Line($"  {pods} pods deleted at once, all gone", Stopwatch.GetElapsedTime(start).TotalSeconds, "s");
    }

    private static async Task ExecAsync(RuntimeCluster cluster, PodWatch watch, Report report)
    {
        await cluster.CreateAsync(RuntimeCluster.Pod("exec"));
        await watch.RunningAsync(1);
        var times = new List<double>();
        var processor = 0.0;
        for (var round = -WarmUps; round < Rounds; round++)
        {
            if (round == 0)
                processor = cluster.ProcessorMilliseconds();
            var start = Stopwatch.GetTimestamp();
            await cluster.ExecAsync("exec", "true");
            if (round >= 0)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        report.Line("exec of true through the API, one warm client, median", StartBenchmark.Median(times), "ms");
        report.Line("  processor time of the host", (cluster.ProcessorMilliseconds() - processor) / Rounds, "ms");
        await cluster.DeleteAsync("exec");
        await watch.DeletedAsync(1);
    }
}
