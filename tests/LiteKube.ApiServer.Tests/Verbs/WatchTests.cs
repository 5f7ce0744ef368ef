using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Verbs;

[Collection(ApiHostCollection.Name)]
public sealed class WatchTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    [Fact]
    public async Task A_watch_from_a_list_sees_every_later_change_in_order()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        await Api.CreateAsync(path, """{"metadata":{"name":"before"}}""");
        var version = (await Api.GetAsync(path)).Version;
        await Api.CreateAsync(path, """{"metadata":{"name":"a"}}""");
        await Api.MergeAsync(path + "/a", """{"data":{"k":"v"}}""");
        await Api.DeleteAsync(path + "/a");
        using var watch = await Api.WatchAsync($"{path}?resourceVersion={version}");
        var added = await watch.ExpectAsync("ADDED");
        Assert.Equal("a", added.Name);
        var modified = await watch.ExpectAsync("MODIFIED");
        var deleted = await watch.ExpectAsync("DELETED");
        Assert.Equal("v", (string)deleted.Object["data"]!["k"]!);
        Assert.True(long.Parse(added.Version) < long.Parse(modified.Version));
        Assert.True(long.Parse(modified.Version) < long.Parse(deleted.Version));

        using var resumed = await Api.WatchAsync($"{path}?resourceVersion={modified.Version}");
        await resumed.ExpectAsync("DELETED");
    }

    [Fact]
    public async Task Leaving_and_entering_a_selection_is_deletion_and_addition()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        using var watch = await Api.WatchAsync($"{path}?labelSelector=side%3Dleft&resourceVersion={(await Api.GetAsync(path)).Version}");
        await Api.CreateAsync(path, """{"metadata":{"name":"a","labels":{"side":"left"}},"data":{"n":"1"}}""");
        await watch.ExpectAsync("ADDED");
        var moved = await Api.MergeAsync(path + "/a", """{"metadata":{"labels":{"side":"right"}},"data":{"n":"2"}}""");
        var left = await watch.ExpectAsync("DELETED");
        Assert.Equal("1", (string)left.Object["data"]!["n"]!);
        Assert.Equal(moved.Version, left.Version);
        await Api.MergeAsync(path + "/a", """{"data":{"n":"3"}}""");
        await Api.MergeAsync(path + "/a", """{"metadata":{"labels":{"side":"left"}}}""");
        Assert.Equal("3", (string)(await watch.ExpectAsync("ADDED")).Object["data"]!["n"]!);
    }

    [Fact]
    public async Task A_streaming_list_ends_its_initial_events_with_an_annotated_bookmark()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        await Api.CreateAsync(path, """{"metadata":{"name":"a"}}""");
        await Api.CreateAsync(path, """{"metadata":{"name":"b"}}""");
        using var watch = await Api.WatchAsync($"{path}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        Assert.Equal("a", (await watch.ExpectAsync("ADDED")).Name);
        Assert.Equal("b", (await watch.ExpectAsync("ADDED")).Name);
        var mark = await watch.ExpectAsync("BOOKMARK");
        Assert.Equal("true", (string)mark.Object["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!);
        Assert.Equal("ConfigMap", (string)mark.Object["kind"]!);
        Assert.True(long.Parse(mark.Version) > 0);
        await Api.CreateAsync(path, """{"metadata":{"name":"c"}}""");
        Assert.Equal("c", (await watch.ExpectAsync("ADDED")).Name);
    }

    [Fact]
    public async Task A_streaming_list_without_its_match_is_refused()
    {
        var answer = (await Api.GetAsync("/api/v1/configmaps?watch=true&sendInitialEvents=true")).Expect(422);
        Assert.Equal("Invalid", answer.Reason);
    }

    [Fact]
    public async Task A_watch_ends_at_its_timeout()
    {
        var ns = await host.NamespaceAsync();
        using var watch = await Api.WatchAsync($"/api/v1/namespaces/{ns}/secrets?timeoutSeconds=1");
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task All_watchers_see_the_same_order()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        var version = (await Api.GetAsync(path)).Version;
        var watches = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Api.WatchAsync($"{path}?resourceVersion={version}")));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Api.CreateAsync(path, $$$"""{"metadata":{"name":"m{{{i}}}"}}""")));
        var orders = new List<string>();
        foreach (var watch in watches)
        {
            var names = new List<string>();
            for (var i = 0; i < 20; i++)
                names.Add((await watch.ExpectAsync("ADDED")).Name);
            orders.Add(string.Join(',', names));
            watch.Dispose();
        }

        Assert.Single(orders.Distinct());
    }
}

/// <summary>These compact the store, which other tests' watches would not survive: a server of their own.</summary>
public sealed class HistoryTests(ApiHost host) : IClassFixture<ApiHost>
{
    private ApiClient Api => host.Admin;

    [Fact]
    public async Task A_watch_from_before_the_history_gets_an_error_event()
    {
        var ns = await host.NamespaceAsync();
        await host.Store.CompactAsync(host.Store.Revision, default);
        using var watch = await Api.WatchAsync($"/api/v1/namespaces/{ns}/configmaps?resourceVersion=1");
        var error = await watch.ExpectAsync("ERROR");
        Assert.Equal(410, (int)error.Object["code"]!);
        Assert.Equal("Expired", (string)error.Object["reason"]!);
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task An_expired_page_gives_a_token_that_goes_on_at_a_newer_revision()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        for (var i = 0; i < 10; i++)
            await Api.CreateAsync(path, $$$"""{"metadata":{"name":"m{{{i}}}"}}""");
        var first = await Api.GetAsync(path + "?limit=4");
        await Api.CreateAsync(path, """{"metadata":{"name":"z"}}""");
        await host.Store.CompactAsync(host.Store.Revision, default);
        var expired = (await Api.GetAsync($"{path}?limit=4&continue={first.Metadata["continue"]}")).Expect(410);
        Assert.Equal("Expired", expired.Reason);
        var second = (await Api.GetAsync($"{path}?limit=4&continue={expired.Metadata["continue"]}")).Expect(200);
        Assert.Equal(["m4", "m5", "m6", "m7"], second.Items.Select(m => (string)m!["metadata"]!["name"]!));
        Assert.NotEqual(first.Version, second.Version);
        await Api.CreateAsync(path, """{"metadata":{"name":"zz"}}""");
        var third = (await Api.GetAsync($"{path}?limit=4&continue={second.Metadata["continue"]}")).Expect(200);
        Assert.Equal(second.Version, third.Version);
        Assert.Equal(["m8", "m9", "z"], third.Items.Select(m => (string)m!["metadata"]!["name"]!));
    }
}
