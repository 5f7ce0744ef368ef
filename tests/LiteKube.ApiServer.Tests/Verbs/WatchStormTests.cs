using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Verbs;

[Collection(ApiHostCollection.Name)]
public sealed class WatchStormTests(ApiHost host)
{
    private const int Watchers = 120;
    private const int Writes = 60;

    [Fact]
    public async Task Under_a_storm_every_watcher_gets_every_event_once_and_in_order()
    {
        var path = $"/api/v1/namespaces/{await host.NamespaceAsync()}/configmaps";
        var from = (await host.Admin.GetAsync(path)).Expect(200).Version;
        var watchers = await Task.WhenAll(Enumerable.Range(0, Watchers).Select(_ => host.Admin.WatchAsync($"{path}?resourceVersion={from}")));
        var reading = watchers.Select(async watcher =>
        {
            for (var i = 0; i < Writes; i++)
                Assert.Equal($"o-{i}", (await watcher.ExpectAsync("ADDED")).Name);
        }).ToArray();
        for (var i = 0; i < Writes; i++)
            await host.Admin.CreateAsync(path, $$$"""{"metadata":{"name":"o-{{{i}}}"}}""");
        await Task.WhenAll(reading);
        foreach (var watcher in watchers)
            watcher.Dispose();
    }
}
