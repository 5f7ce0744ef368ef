namespace LiteKube.Benchmarks.Api;

/// <summary>Whether a request costs the same with 200,000 objects as with 1,000, and after a million writes as at first.</summary>
internal sealed class GrowthBenchmark : IBenchmark
{
    private const int Clients = 16;
    private const int History = 1_000_000;
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(5);
    private static readonly int[] s_sizes = [1000, 10_000, 50_000, 100_000, 200_000];

    public string Name => "growth";

    public async Task RunAsync(string directory, Report report)
    {
        await using var server = await BenchmarkServer.StartAsync(directory);
        using var http = server.Client();
        var probe = new ConfigMaps(http, "bench-probe");
        await probe.NamespaceAsync();
        var versions = await probe.FillAsync("o-", 0, 1000);
        var ballast = new ConfigMaps(http, "bench-ballast");
        await ballast.NamespaceAsync();
        await ProbeAsync(server, probe, versions, null, "");
        var filled = 0;
        foreach (var size in s_sizes)
        {
            await ballast.FillAsync("b-", filled, size - filled);
            filled = size;
            await ProbeAsync(server, probe, versions, report, $"{size:N0} objects");
        }

        var writes = 0;
        while (writes < History)
        {
            var step = await ClosedLoop.RunAsync(server, 64, TimeSpan.FromSeconds(20), UpdateAsync);
            writes += (int)(step.PerSecond * 20);
            async Task UpdateAsync(int client, int i)
            {
                var at = (client * 15) + (i % 15);
                versions[at] = await probe.UpdateAsync($"o-{at}", versions[at], i);
            }
        }

        await ProbeAsync(server, probe, versions, report, $"{filled:N0} objects and {writes:N0} past writes");
    }

    private static async Task ProbeAsync(BenchmarkServer server, ConfigMaps probe, string[] versions, Report? report, string state)
    {
        const int share = 1000 / Clients;
        var gets = await ClosedLoop.RunAsync(server, Clients, s_duration, (client, i) => probe.GetAsync($"o-{((client * 7919) + i) % 1000}"));
        var updates = await ClosedLoop.RunAsync(server, Clients, s_duration, async (client, i) =>
        {
            var at = (client * share) + (i % share);
            versions[at] = await probe.UpdateAsync($"o-{at}", versions[at], i);
        });
        var lists = await ClosedLoop.RunAsync(server, 4, s_duration, (_, _) => probe.ListAsync());
        if (report is null)
            return;
        foreach (var (what, clients, result) in new[] { ("get", Clients, gets), ("update", Clients, updates), ("list of 1,000", 4, lists) })
            ClosedLoop.Print(report, $"{state}: {what}", clients, result, null);
        report.Line($"{state}: resident", server.ResidentMegabytes, "MB");
    }
}
