using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Verbs;

[Collection(ApiHostCollection.Name)]
public sealed class ListTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    [Fact]
    public async Task Pages_are_one_snapshot_in_order_with_exact_counts()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/podtemplates";
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Api.CreateAsync(path, $$$$"""{"metadata":{"name":"t-{{{{i:0000}}}}"},"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}""")));
        var names = new List<string>();
        string? version = null;
        string? token = null;
        do
        {
            var page = (await Api.GetAsync($"{path}?limit=17" + (token is null ? "" : $"&continue={token}"))).Expect(200);
            version ??= page.Version;
            Assert.Equal(version, page.Version);
            names.AddRange(page.Items.Select(i => (string)i!["metadata"]!["name"]!));
            token = (string?)page.Metadata["continue"];
            Assert.Equal(token is null ? null : 50 - names.Count, (long?)page.Metadata["remainingItemCount"]);
            if (names.Count == 17)
                await Api.CreateAsync(path, """{"metadata":{"name":"t-0000a"},"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}""");
        }
        while (token is not null);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"t-{i:0000}"), names);
    }

    [Fact]
    public async Task Pages_of_a_selection_hold_as_many_as_asked_for()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        for (var i = 0; i < 12; i++)
            await Api.CreateAsync(path, $$$$"""{"metadata":{"name":"m{{{{i:00}}}}","labels":{"odd":"{{{{(i % 2 == 1 ? "yes" : "no")}}}}"}}}""");
        var first = await Api.GetAsync(path + "?limit=4&labelSelector=odd%3Dyes");
        Assert.Equal(["m01", "m03", "m05", "m07"], first.Items.Select(i => (string)i!["metadata"]!["name"]!));
        Assert.Null(first.Metadata["remainingItemCount"]);
        var second = await Api.GetAsync($"{path}?limit=4&labelSelector=odd%3Dyes&continue={first.Metadata["continue"]}");
        Assert.Equal(["m09", "m11"], second.Items.Select(i => (string)i!["metadata"]!["name"]!));
        Assert.Null(second.Metadata["continue"]);
    }

    [Fact]
    public async Task Exactly_one_revision_can_be_asked_for()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        await Api.CreateAsync(path, """{"metadata":{"name":"a"}}""");
        var version = (await Api.GetAsync(path)).Version;
        await Api.DeleteAsync(path + "/a");
        var then = (await Api.GetAsync($"{path}?resourceVersion={version}&resourceVersionMatch=Exact")).Expect(200);
        Assert.Single(then.Items);
        Assert.Equal(version, then.Version);
        Assert.Empty((await Api.GetAsync($"{path}?resourceVersion={version}&resourceVersionMatch=NotOlderThan")).Items);
        Assert.Equal("Timeout", (await Api.GetAsync(path + "?resourceVersion=999999999")).Expect(504).Reason);
        (await Api.GetAsync(path + "?continue=nonsense")).Expect(400);
    }

    [Fact]
    public async Task Field_selectors_choose_and_unknown_fields_are_refused()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/pods";
        await Api.CreateAsync(path, Bodies.Pod("a", ",\"nodeName\":\"n1\""));
        await Api.CreateAsync(path, Bodies.Pod("b"));
        Assert.Equal("a", (string)(await Api.GetAsync(path + "?fieldSelector=spec.nodeName%3Dn1")).Items.Single()!["metadata"]!["name"]!);
        Assert.Equal("b", (string)(await Api.GetAsync(path + "?fieldSelector=metadata.name%3Db")).Items.Single()!["metadata"]!["name"]!);
        Assert.Equal(2, (await Api.GetAsync(path + "?fieldSelector=status.phase%3DPending")).Items.Count);
        (await Api.GetAsync(path + "?fieldSelector=spec.nope%3Dx")).Expect(400);
    }
}
