using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Quotas;

[Collection(ApiHostCollection.Name)]
public sealed class QuotaTests(ApiHost host)
{
    [Fact]
    public async Task Fifty_creates_at_once_never_go_beyond_the_quota()
    {
        var ns = await host.NamespaceAsync();
        await host.Admin.CreateAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"configmaps":"20"}}}""");
        // The controller's part.
        (await host.Admin.MergeAsync($"/api/v1/namespaces/{ns}/resourcequotas/q/status", """{"status":{"hard":{"configmaps":"20"},"used":{"configmaps":"0"}}}""")).Expect(200);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => host.Admin.PostAsync($"/api/v1/namespaces/{ns}/configmaps", $$$$"""{"metadata":{"name":"m{{{{i}}}}"}}""")));

        Assert.Equal(20, answers.Count(a => a.Code == 201));
        Assert.All(answers.Where(a => a.Code != 201), a => Assert.Equal(
            (403, "exceeded quota: q, requested: configmaps=1, used: configmaps=20, limited: configmaps=20"),
            (a.Code, a.Message[(a.Message.IndexOf("forbidden: ", StringComparison.Ordinal) + 11)..])));
        Assert.Equal(20, (await host.Admin.GetAsync($"/api/v1/namespaces/{ns}/configmaps")).Items.Count);
        Assert.Equal("20", (string?)(await host.Admin.GetAsync($"/api/v1/namespaces/{ns}/resourcequotas/q")).Body["status"]!["used"]!["configmaps"]);
    }

    [Theory]
    [InlineData("""{"hard":{"nonsense":"1"}}""", "spec.hard[nonsense]: Invalid value: \"nonsense\": must be a standard resource for quota")]
    [InlineData("""{"hard":{"pods":"1"},"scopes":["BestEffort","NotBestEffort"]}""", "conflicting scopes")]
    [InlineData("""{"hard":{"services":"1"},"scopes":["Terminating"]}""", "unsupported scope applied to resource")]
    public async Task A_quota_that_cannot_be_is_refused(string spec, string why)
    {
        var ns = await host.NamespaceAsync();

        var refused = (await host.Admin.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", $$$$"""{"metadata":{"name":"q"},"spec":{{{{spec}}}} }""")).Expect(422);

        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }
}
