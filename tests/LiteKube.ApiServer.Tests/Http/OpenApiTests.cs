using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Http;

[Collection(ApiHostCollection.Name)]
public sealed class OpenApiTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    [Fact]
    public async Task V2_defines_every_kind_and_is_cached_by_its_tag()
    {
        var answer = (await Api.GetAsync("/openapi/v2")).Expect(200);
        Assert.Equal("2.0", (string)answer.Body["swagger"]!);
        Assert.NotNull(answer.Body["definitions"]!["io.k8s.api.core.v1.Pod"]);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/openapi/v2");
        again.Headers.TryAddWithoutValidation("If-None-Match", answer.Response.Headers.ETag!.ToString());
        Assert.Equal(304, (int)(await Api.Http.SendAsync(again)).StatusCode);
    }

    [Fact]
    public async Task V3_leads_to_each_group_version_by_a_hash()
    {
        var index = (await Api.GetAsync("/openapi/v3")).Expect(200);
        var apps = (string)index.Body["paths"]!["apis/apps/v1"]!["serverRelativeURL"]!;
        var document = (await Api.GetAsync(apps)).Expect(200);
        Assert.Equal("3.0.0", (string)document.Body["openapi"]!);
        Assert.Contains(document.Body["components"]!["schemas"]!.AsObject(), s => s.Key == "io.k8s.api.apps.v1.Deployment");
        (await Api.GetAsync("/openapi/v3/apis/apps/v1?hash=old")).Expect(301);
        (await Api.GetAsync("/openapi/v3/apis/nope/v1")).Expect(404);
    }
}
