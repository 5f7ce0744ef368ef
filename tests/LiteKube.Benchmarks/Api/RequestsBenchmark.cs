namespace LiteKube.Benchmarks.Api;

/// <summary>Creates, reads, lists of 1,000 and updates of ConfigMaps of 1 KiB over TLS and HTTP/2, by 1, 16 and 64 clients.</summary>
internal sealed class RequestsBenchmark : IBenchmark
{
    private const int Listed = 1000;
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(6);
    private static readonly int[] s_clients = [1, 16, 64];

    public string Name => "requests";

    public async Task RunAsync(string directory, Report report)
    {
        await using var server = await BenchmarkServer.StartAsync(directory);
        using var http = server.Client();
        var created = new ConfigMaps(http, "bench-create");
        await created.NamespaceAsync();
        await ClosedLoop.RunAsync(server, 64, TimeSpan.FromSeconds(3), (client, i) => created.CreateAsync($"warm-{client}-{i}"));
        foreach (var clients in s_clients)
            ClosedLoop.Print(report, "create", clients, await ClosedLoop.RunAsync(server, clients, s_duration, (client, i) => created.CreateAsync($"c{clients}-{client}-{i}")), ReferenceFigures.Creates(clients), writes: true);

        var listed = new ConfigMaps(http, "bench-list");
        await listed.NamespaceAsync();
        var versions = await listed.FillAsync("o-", 0, Listed);
        await ClosedLoop.RunAsync(server, 16, TimeSpan.FromSeconds(2), (client, i) => listed.GetAsync($"o-{((client * 7919) + i) % Listed}"));
        foreach (var clients in s_clients)
            ClosedLoop.Print(report, "get", clients, await ClosedLoop.RunAsync(server, clients, s_duration, (client, i) => listed.GetAsync($"o-{((client * 7919) + i) % Listed}")), ReferenceFigures.Gets(clients));
        foreach (var clients in s_clients)
            ClosedLoop.Print(report, "list of 1,000", clients, await ClosedLoop.RunAsync(server, clients, s_duration, (_, _) => listed.ListAsync()), ReferenceFigures.Lists(clients));
        foreach (var clients in s_clients)
        {
            // Every client owns its share.
            var share = Listed / clients;
            async Task UpdateAsync(int client, int i)
            {
                var at = (client * share) + (i % share);
                versions[at] = await listed.UpdateAsync($"o-{at}", versions[at], i);
            }

            ClosedLoop.Print(report, "update", clients, await ClosedLoop.RunAsync(server, clients, s_duration, UpdateAsync), ReferenceFigures.Updates(clients), writes: true);
        }
    }
}
