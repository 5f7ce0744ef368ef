using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.Testing;

namespace LiteKube.ApiServer.Tests.Events;

public sealed class EventExpiryTests
{
    [Fact]
    public async Task Events_go_when_nobody_has_repeated_them_for_an_hour()
    {
        var time = new FakeTime();
        var host = new ApiHost { Time = time };
        await host.InitializeAsync();
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/events";
        await host.Admin.CreateAsync(path, Body("old", "null"));
        await host.Admin.CreateAsync(path, Body("repeated", "null"));
        using var watch = await host.Admin.WatchAsync($"{path}?timeoutSeconds=864000&resourceVersion={(await host.Admin.GetAsync(path)).Version}");
        time.Advance(TimeSpan.FromMinutes(50));
        await host.Admin.MergeAsync(path + "/repeated", $$"""{"count":2,"lastTimestamp":"{{time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}}"}""");
        await watch.ExpectAsync("MODIFIED");
        time.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal("old", (await watch.ExpectAsync("DELETED")).Name);
        Assert.Equal("repeated", (string)(await host.Admin.GetAsync(path)).Items.Single()!["metadata"]!["name"]!);
        await host.DisposeAsync();

        string Body(string name, string last) =>
            $$$"""{"metadata":{"name":"{{{name}}}"},"lastTimestamp":{{{last}}},"involvedObject":{"kind":"Pod","name":"p","namespace":"{{{ns}}}"}}""";
    }
}
