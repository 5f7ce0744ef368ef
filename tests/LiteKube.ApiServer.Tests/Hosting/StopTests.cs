using System.Text.Json.Nodes;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Tests.CustomResources;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Tests.Hosting;

public sealed class StopTests
{
    [Fact]
    public async Task A_stop_ends_watches_and_does_not_wait_for_their_clients()
    {
        var host = new ApiHost();
        await host.InitializeAsync();
        using var watch = await host.Admin.WatchAsync("/api/v1/namespaces");
        for (var i = 0; i < 4; i++)
            await watch.ExpectAsync("ADDED");
        var stop = host.StopAsync();
        Assert.Null(await watch.NextAsync());
        await stop.WaitAsync(TimeSpan.FromMinutes(1));
        await host.DisposeAsync();
    }

    [Fact]
    public async Task What_was_written_is_there_after_a_restart_and_nothing_is_made_twice()
    {
        var host = new ApiHost();
        await host.InitializeAsync();
        var ns = await host.NamespaceAsync();
        var made = await host.Admin.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        var service = await host.Admin.CreateAsync($"/api/v1/namespaces/{ns}/services", """{"metadata":{"name":"s"},"spec":{"clusterIP":"10.43.0.77","ports":[{"port":80}]}}""");
        // What the server makes for itself after it is ready.
        var own = host.Services.GetRequiredService<ResourceRegistry>().Current.Groups.Count(g => g.Group != "apiregistration.k8s.io");
        await DefinitionTests.Eventually(async () => (await host.Admin.GetAsync("/apis/apiregistration.k8s.io/v1/apiservices")).Items.Count(s => s!["status"]?["conditions"] is JsonArray { Count: > 0 }) == own);
        var revision = host.Store.Revision;
        await host.RestartAsync();
        // Only the port may differ, in the kubernetes endpoint and in cluster-info: this server listens on a free one.
        Assert.InRange(host.Store.Revision, revision, revision + 4);
        var read = (await host.Admin.GetAsync($"/api/v1/namespaces/{ns}/configmaps/a")).Expect(200);
        Assert.Equal(made.Version, read.Version);
        (await host.Admin.PostAsync($"/api/v1/namespaces/{ns}/services", """{"metadata":{"name":"t"},"spec":{"clusterIP":"10.43.0.77","ports":[{"port":80}]}}""")).Expect(422);
        Assert.Equal("10.43.0.77", (string)service.Body["spec"]!["clusterIP"]!);
        await host.DisposeAsync();
    }
}
