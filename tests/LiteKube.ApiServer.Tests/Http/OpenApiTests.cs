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
        using var again = await SendAsync("application/json", answer.Response.Headers.ETag!.ToString());
        Assert.Equal(304, (int)again.StatusCode);
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

    [Theory]
    [InlineData("application/com.github.proto-openapi.spec.v2@v1.0+protobuf")]
    [InlineData("application/com.github.proto-openapi.spec.v2.v1.0+protobuf")]
    [InlineData("application/com.github.proto-openapi.spec.v2.v1.0+protobuf, application/json;q=0.5")]
    public async Task V2_is_protobuf_for_who_asks_for_it(string accept)
    {
        using var first = await SendAsync(accept, null);
        Assert.Equal("application/com.github.proto-openapi.spec.v2.v1.0+protobuf", first.Content.Headers.ContentType!.MediaType);
        var bytes = await first.Content.ReadAsByteArrayAsync();
        // The first field of the document, swagger, of three bytes.
        Assert.Equal([0x0a, 3, .. "2.0"u8], bytes[..5]);
        using var again = await SendAsync(accept, first.Headers.ETag!.ToString());
        Assert.Equal(304, (int)again.StatusCode);
        using var json = await SendAsync("application/json", first.Headers.ETag!.ToString());
        Assert.Equal(200, (int)json.StatusCode);
    }

    [Theory]
    [InlineData("application/com.github.proto-openapi.spec.v3@v1.0+protobuf")]
    [InlineData("application/com.github.proto-openapi.spec.v3.v1.0+protobuf, application/json;q=0.5")]
    public async Task V3_is_protobuf_for_who_asks_for_it(string accept)
    {
        var address = (string)(await Api.GetAsync("/openapi/v3")).Expect(200).Body["paths"]!["apis/apps/v1"]!["serverRelativeURL"]!;
        using var first = await SendAsync(accept, null, address);
        Assert.Equal(200, (int)first.StatusCode);
        Assert.Equal("application/com.github.proto-openapi.spec.v3.v1.0+protobuf", first.Content.Headers.ContentType!.MediaType);
        // The first field of the document, openapi, of five bytes.
        Assert.Equal([0x0a, 5, .. "3.0.0"u8], (await first.Content.ReadAsByteArrayAsync())[..7]);
        using var again = await SendAsync(accept, first.Headers.ETag!.ToString(), address);
        Assert.Equal(304, (int)again.StatusCode);
        using var json = await SendAsync("application/json", first.Headers.ETag!.ToString(), address);
        Assert.Equal(200, (int)json.StatusCode);
    }

    [Theory]
    [InlineData("/openapi/v2", "application/xml", 406)]
    [InlineData("/openapi/v2", "application/json", 200)]
    [InlineData("/openapi/v2", "*/*", 200)]
    [InlineData("/openapi/v3", "application/vnd.kubernetes.protobuf", 200)]
    [InlineData("/openapi/v3/apis/apps/v1", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf", 406)]
    public async Task What_cannot_be_written_is_not_acceptable(string path, string accept, int code) => (await Api.GetAsync(path, accept)).Expect(code);

    private async Task<HttpResponseMessage> SendAsync(string accept, string? tag, string path = "/openapi/v2")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (tag is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        return await Api.Http.SendAsync(request);
    }
}
