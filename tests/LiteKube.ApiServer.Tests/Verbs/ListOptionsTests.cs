using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Verbs;

/// <summary>Which options of lists and watches go together, and what they mean.</summary>
[Collection(ApiHostCollection.Name)]
public sealed class ListOptionsTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    [Theory]
    [InlineData("resourceVersionMatch=Exact", "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided")]
    [InlineData("resourceVersionMatch=Exact&resourceVersion=0", "resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")]
    [InlineData("resourceVersionMatch=Newer&resourceVersion=1", "resourceVersionMatch: Unsupported value: \"Newer\": supported values: \"Exact\", \"NotOlderThan\", \"\"")]
    [InlineData("resourceVersionMatch=NotOlderThan&resourceVersion=1&continue=x", "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided")]
    [InlineData("sendInitialEvents=true", "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list")]
    [InlineData("watch=true&resourceVersionMatch=NotOlderThan", "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")]
    [InlineData("watch=true&sendInitialEvents=true", "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")]
    [InlineData("watch=true&sendInitialEvents=false&resourceVersionMatch=Exact", "[resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, resourceVersionMatch: Unsupported value: \"Exact\": supported values: \"NotOlderThan\"]")]
    public async Task Options_that_contradict_are_invalid(string query, string why)
    {
        var answer = (await Api.GetAsync("/api/v1/namespaces/default/configmaps?" + query)).Expect(422);
        Assert.Equal($"ListOptions.meta.k8s.io \"\" is invalid: {why}", answer.Message);
        Assert.Equal(("Invalid", "ListOptions", "meta.k8s.io"), (answer.Reason, (string)answer.Body["details"]!["kind"]!, (string)answer.Body["details"]!["group"]!));
    }

    [Theory]
    [InlineData("limit=x", 400)]
    [InlineData("timeoutSeconds=x&watch=true", 400)]
    [InlineData("resourceVersion=x", 422)]
    [InlineData("resourceVersion=-1", 422)]
    [InlineData("labelSelector=a%20b%20c", 400)]
    [InlineData("fieldSelector=nope", 400)]
    [InlineData("continue=eyJ2IjoibWV0YSJ9&resourceVersion=5", 400)]
    public async Task Options_that_cannot_be_read_are_refused(string query, int code) => (await Api.GetAsync("/api/v1/namespaces/default/configmaps?" + query)).Expect(code);

    [Fact]
    public async Task Of_an_option_that_is_given_twice_the_first_counts()
    {
        var list = (await Api.GetAsync("/api/v1/namespaces?limit=1&limit=2&watch=false&watch=true")).Expect(200);
        Assert.Single(list.Items);
        var dry = (await Api.PostAsync("/api/v1/namespaces?dryRun=All&dryRun=", """{"metadata":{"name":"never"}}""")).Expect(201);
        Assert.Equal("never", (string)dry.Metadata["name"]!);
        (await Api.GetAsync("/api/v1/namespaces/never")).Expect(404);
    }

    [Fact]
    public async Task Each_match_reads_the_state_it_names()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        for (var i = 0; i < 3; i++)
            await Api.CreateAsync(path, $$$"""{"metadata":{"name":"m{{{i}}}"}}""");
        var then = (await Api.GetAsync(path)).Version;
        await Api.CreateAsync(path, """{"metadata":{"name":"m3"}}""");
        Assert.Equal(4, (await Api.GetAsync(path + "?resourceVersion=0")).Expect(200).Items.Count);
        Assert.Equal(4, (await Api.GetAsync($"{path}?resourceVersion={then}")).Expect(200).Items.Count);
        Assert.Equal(4, (await Api.GetAsync($"{path}?resourceVersion={then}&resourceVersionMatch=NotOlderThan&limit=500")).Expect(200).Items.Count);
        Assert.Equal(3, (await Api.GetAsync($"{path}?resourceVersion={then}&resourceVersionMatch=Exact")).Expect(200).Items.Count);

        // With a limit a revision is meant exactly, so that the pages after the first show the same state.
        var page = (await Api.GetAsync($"{path}?resourceVersion={then}&limit=2")).Expect(200);
        Assert.Equal((then, 1), (page.Version, (int)page.Metadata["remainingItemCount"]!));
        var last = (await Api.GetAsync($"{path}?limit=2&continue={page.Metadata["continue"]}")).Expect(200);
        Assert.Equal((then, "m2"), (last.Version, (string)Assert.Single(last.Items)!["metadata"]!["name"]!));
        Assert.Null(last.Metadata["continue"]);
        Assert.Null(last.Metadata["remainingItemCount"]);
        var mixed = (await Api.GetAsync($"{path}?resourceVersion={then}&continue={page.Metadata["continue"]}")).Expect(400);
        Assert.Equal("specifying resource version is not allowed when using continue", mixed.Message);
    }

    [Fact]
    public async Task A_state_from_the_future_is_not_there_yet()
    {
        var far = (await Api.GetAsync("/api/v1/namespaces/default/configmaps?resourceVersion=999999999999")).Expect(504);
        Assert.StartsWith("Too large resource version: 999999999999, current: ", far.Message);
        Assert.Equal("ResourceVersionTooLarge", (string)far.Body["details"]!["causes"]![0]!["reason"]!);
        Assert.Equal(1, (int)far.Body["details"]!["retryAfterSeconds"]!);
        Assert.Equal("1", far.Response.Headers.GetValues("Retry-After").Single());
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("&resourceVersion=0", true)]
    [InlineData("&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", true)]
    [InlineData("&sendInitialEvents=false&resourceVersionMatch=NotOlderThan", false)]
    public async Task A_watch_without_a_revision_starts_with_what_there_is_unless_it_says_no(string query, bool initial)
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        await Api.CreateAsync(path, """{"metadata":{"name":"first"}}""");
        using var watch = await Api.WatchAsync($"{path}?timeoutSeconds=3600{query}");
        await Api.CreateAsync(path, """{"metadata":{"name":"second"}}""");
        if (initial)
            Assert.Equal("first", (await watch.ExpectAsync("ADDED")).Name);
        Assert.Equal("second", (await watch.ExpectAsync("ADDED")).Name);
    }

    [Fact]
    public async Task A_watch_that_takes_bookmarks_ends_with_one()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        var version = (await Api.GetAsync(path)).Version;
        using var watch = await Api.WatchAsync($"{path}?resourceVersion={version}&allowWatchBookmarks=true&timeoutSeconds=1");
        var mark = await watch.ExpectAsync("BOOKMARK");
        Assert.True(long.Parse(mark.Version) >= long.Parse(version));
        Assert.Equal(("ConfigMap", "v1"), ((string)mark.Object["kind"]!, (string)mark.Object["apiVersion"]!));
        Assert.Null(mark.Object["metadata"]!["annotations"]);
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task One_object_is_watched_by_its_path()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        await Api.CreateAsync(path, """{"metadata":{"name":"a"}}""");
        await Api.CreateAsync(path, """{"metadata":{"name":"b"}}""");
        using var watch = await Api.WatchAsync(path + "/b?timeoutSeconds=3600");
        Assert.Equal("b", (await watch.ExpectAsync("ADDED")).Name);
        await Api.MergeAsync(path + "/a", """{"data":{"k":"v"}}""");
        await Api.DeleteAsync(path + "/b");
        Assert.Equal("b", (await watch.ExpectAsync("DELETED")).Name);
    }
}
