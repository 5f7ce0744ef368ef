using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Verbs;

[Collection(ApiHostCollection.Name)]
public sealed class DeleteTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    [Fact]
    public async Task A_plain_object_is_gone_at_once_and_answered_with_a_Status()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("d"));
        var answer = (await Api.DeleteAsync($"/apis/apps/v1/namespaces/{ns}/deployments/d", "{}")).Expect(200);
        Assert.Equal("Success", (string)answer.Body["status"]!);
        Assert.Equal("d", (string)answer.Body["details"]!["name"]!);
        (await Api.GetAsync($"/apis/apps/v1/namespaces/{ns}/deployments/d")).Expect(404);
        (await Api.DeleteAsync($"/apis/apps/v1/namespaces/{ns}/deployments/d")).Expect(404);
    }

    [Fact]
    public async Task A_pod_without_a_node_is_gone_at_once()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p"));
        (await Api.DeleteAsync($"/api/v1/namespaces/{ns}/pods/p")).Expect(200);
        (await Api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Expect(404);
    }

    [Fact]
    public async Task A_pod_on_a_node_waits_for_its_node_and_its_grace_can_only_shrink()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/pods/p";
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p", ",\"nodeName\":\"n\""));
        var marked = (await Api.DeleteAsync(path, """{"gracePeriodSeconds":60}""")).Expect(200);
        Assert.Equal(60, (long)marked.Metadata["deletionGracePeriodSeconds"]!);
        Assert.Equal(2, (long)marked.Metadata["generation"]!);
        Assert.Equal(60, (long)(await Api.DeleteAsync(path, """{"gracePeriodSeconds":90}""")).Expect(200).Metadata["deletionGracePeriodSeconds"]!);
        Assert.Equal(30, (long)(await Api.DeleteAsync(path, """{"gracePeriodSeconds":30}""")).Expect(200).Metadata["deletionGracePeriodSeconds"]!);
        (await Api.GetAsync(path)).Expect(200);
        (await Api.DeleteAsync(path, """{"gracePeriodSeconds":0}""")).Expect(200);
        (await Api.GetAsync(path)).Expect(404);
    }

    [Fact]
    public async Task An_object_with_finalizers_goes_with_the_last_of_them()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps/a";
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a","finalizers":["example.com/one","example.com/two"]}}""");
        using var watch = await Api.WatchAsync($"/api/v1/namespaces/{ns}/configmaps?fieldSelector=metadata.name=a");
        await watch.ExpectAsync("ADDED");
        (await Api.DeleteAsync(path)).Expect(200);
        Assert.NotNull((await watch.ExpectAsync("MODIFIED")).Object["metadata"]!["deletionTimestamp"]);
        (await Api.MergeAsync(path, """{"metadata":{"finalizers":["example.com/two"]}}""")).Expect(200);
        await watch.ExpectAsync("MODIFIED");
        (await Api.MergeAsync(path, """{"metadata":{"finalizers":null}}""")).Expect(200);
        await watch.ExpectAsync("DELETED");
        (await Api.GetAsync(path)).Expect(404);
    }

    [Theory]
    [InlineData("Foreground", "foregroundDeletion")]
    [InlineData("Orphan", "orphan")]
    public async Task Propagation_is_told_to_the_garbage_collector_by_a_finalizer(string policy, string finalizer)
    {
        var ns = await host.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments/d";
        await Api.CreateAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("d"));
        (await Api.DeleteAsync(path, $$"""{"propagationPolicy":"{{policy}}"}""")).Expect(200);
        var marked = (await Api.GetAsync(path)).Expect(200);
        Assert.Equal([finalizer], marked.Metadata["finalizers"]!.AsArray().Select(f => (string)f!));
        Assert.NotNull(marked.Metadata["deletionTimestamp"]);
    }

    [Fact]
    public async Task Preconditions_must_hold()
    {
        var ns = await host.NamespaceAsync();
        var made = await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"}}""");
        var path = $"/api/v1/namespaces/{ns}/configmaps/a";
        (await Api.DeleteAsync(path, """{"preconditions":{"uid":"other"}}""")).Expect(409);
        (await Api.DeleteAsync(path, """{"preconditions":{"resourceVersion":"1"}}""")).Expect(409);
        (await Api.DeleteAsync(path, $$$"""{"preconditions":{"uid":"{{{made.Metadata["uid"]}}}","resourceVersion":"{{{made.Version}}}"}}""")).Expect(200);
    }

    [Fact]
    public async Task A_collection_is_deleted_by_selector()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        for (var i = 0; i < 20; i++)
            await Api.CreateAsync(path, $$$$"""{"metadata":{"name":"m{{{{i}}}}","labels":{"side":"{{{{(i % 2 == 0 ? "left" : "right")}}}}"}}}""");
        (await Api.DeleteAsync(path + "?labelSelector=side%3Dleft")).Expect(200);
        var left = (await Api.GetAsync(path)).Items;
        Assert.Equal(10, left.Count);
        Assert.All(left, m => Assert.Equal("right", (string)m!["metadata"]!["labels"]!["side"]!));
    }

    [Fact]
    public async Task A_namespace_stays_terminating_until_it_is_finalized()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}";
        var deleted = (await Api.DeleteAsync(path)).Expect(200);
        Assert.Equal("Terminating", (string)deleted.Body["status"]!["phase"]!);
        var present = (await Api.GetAsync(path)).Expect(200);
        Assert.Equal("kubernetes", (string)present.Body["spec"]!["finalizers"]![0]!);
        var refused = (await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"late"}}""")).Expect(403);
        Assert.Contains("because it is being terminated", refused.Message);
        present.Body["spec"]!.AsObject().Remove("finalizers");
        (await Api.PutAsync(path, present.Body.ToJsonString())).Expect(200);
        (await Api.GetAsync(path)).Expect(200);
        var again = (await Api.GetAsync(path)).Body;
        again["spec"]!.AsObject().Remove("finalizers");
        (await Api.PutAsync(path + "/finalize", again.ToJsonString())).Expect(200);
        (await Api.GetAsync(path)).Expect(404);
    }
}
