namespace LiteKube.Benchmarks.Api;

/// <summary>Memory with 10,000 ConfigMaps of 1 KiB and 1,000 watchers, after the writes and reads that made and listed them.</summary>
internal sealed class ResidentBenchmark : IBenchmark
{
    private const int Objects = 10_000;
    private const int Watchers = 1000;

    public string Name => "resident";

    public async Task RunAsync(string directory, Report report)
    {
        await using var server = await BenchmarkServer.StartAsync(directory);
        report.Line("resident after the start", server.ResidentMegabytes, "MB");
        using var http = server.Client();
        using var reading = server.Client();
        var objects = new ConfigMaps(http, "bench");
        await objects.NamespaceAsync();
        var versions = await objects.FillAsync("o-", 0, Objects);
        await objects.ListAsync();
        report.Line($"resident with {Objects} ConfigMaps of 1 KiB, listed", server.ResidentMegabytes, "MB");
        var watchers = Enumerable.Range(0, Watchers).Select(_ => new Watcher(50)).ToArray();
        var answers = await Task.WhenAll(watchers.Select(w => w.OpenAsync(reading, $"{objects.Collection}?watch=true&resourceVersion={versions[^1]}")));
        var all = Task.WhenAll(watchers.Select((w, i) => Task.Run(() => w.ReadAsync(answers[i]))));
        for (var i = 0; i < 50; i++)
            await objects.UpdateAsync($"o-{i}", versions[i], i);
        await all;
        report.Line($"resident with {Watchers} watchers too, after 50 events to each", server.ResidentMegabytes, "MB");
        report.Line("  of kube-apiserver with etcd", server.ResidentMegabytes / ReferenceFigures.Resident, "x");
        foreach (var answer in answers)
            answer.Dispose();
    }
}
