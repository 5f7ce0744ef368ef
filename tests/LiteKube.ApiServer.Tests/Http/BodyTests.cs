using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.ApiServer.Tests.Transport;

namespace LiteKube.ApiServer.Tests.Http;

/// <summary>Bodies that are too large, too deep, or not what they say: each gets a Status.</summary>
[Collection(ApiHostCollection.Name)]
public sealed class BodyTests(ApiHost host)
{
    private const string Path = "/api/v1/namespaces/default/configmaps";
    private const int ThreeMebibytes = 3 * 1024 * 1024;

    private ApiClient Api => host.Admin;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bodies_beyond_three_mebibytes_are_refused(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(new byte[ThreeMebibytes + 1]) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await Api.Http.SendAsync(request);
        Assert.Equal(413, (int)answer.StatusCode);
        var status = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(("Status", "RequestEntityTooLarge", "Request entity too large: limit is 3145728"), ((string)status["kind"]!, (string)status["reason"]!, (string)status["message"]!));
    }

    [Fact]
    public async Task After_a_body_without_end_was_refused_the_connection_goes_on()
    {
        using var client = await RawClient.ConnectAsync(host.Address, host.Services.AdminCertificate());
        var head = $"POST {Path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{ThreeMebibytes + 1:x}\r\n";
        await client.Stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        await client.Stream.WriteAsync(new byte[ThreeMebibytes + 1]);
        var (refused, _) = await client.AnswerAsync().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.StartsWith("HTTP/1.1 413 ", refused, StringComparison.Ordinal);

        // Only now the rest, which may still be on its way when the answer is there.
        await client.Stream.WriteAsync("\r\n0\r\n\r\n"u8.ToArray());
        await client.GetAsync("/version");
        var (next, _) = await client.AnswerAsync().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.StartsWith("HTTP/1.1 200 ", next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Objects_beyond_one_and_a_half_mebibytes_are_not_stored()
    {
        var large = new string('x', 1600 * 1024);
        var body = $$$"""{"metadata":{"name":"large"},"revision":1,"data":{"x":"{{{large}}}"}}""";
        var refused = (await Api.PostAsync("/apis/apps/v1/namespaces/default/controllerrevisions", body)).Expect(413);
        Assert.Equal("RequestEntityTooLarge", refused.Reason);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/yaml")]
    public async Task Nesting_without_end_is_refused(string type)
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000);
        var answer = (await Api.SendAsync(HttpMethod.Post, Path, $$"""{"metadata":{"name":"deep"},"data":{{deep}}}""", type)).Expect(400);
        Assert.Equal("BadRequest", answer.Reason);
        var lists = new string('[', 100_000);
        (await Api.SendAsync(HttpMethod.Post, Path, lists, type)).Expect(400);
    }

    [Fact]
    public async Task Aliases_that_grow_without_end_are_refused()
    {
        var bomb = new StringBuilder("a: &a [x,x,x,x,x,x,x,x,x,x]\n");
        for (var c = 'b'; c < 'k'; c++)
            bomb.Append($"{c}: &{c} [{string.Join(',', Enumerable.Repeat($"*{(char)(c - 1)}", 10))}]\n");
        Assert.Contains("excessive aliasing", (await Api.SendAsync(HttpMethod.Post, Path, bomb.ToString(), "application/yaml")).Expect(400).Message);
        var text = $"a: &a {new string('x', 1 << 20)}\nb: [{string.Join(',', Enumerable.Repeat("*a", 50_000))}]\n";
        Assert.Contains("excessive aliasing", (await Api.SendAsync(HttpMethod.Post, Path, text, "application/yaml")).Expect(400).Message);
        Assert.Contains("contains itself", (await Api.SendAsync(HttpMethod.Post, Path, "a: &a [*a]", "application/yaml")).Expect(400).Message);
    }

    [Fact]
    public async Task Patches_that_copy_without_end_are_refused()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        await Api.CreateAsync(path, """{"metadata":{"name":"a"},"data":{"k":"0123456789"}}""");
        var copies = string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""{"op":"copy","from":"/data","path":"/data/x{{i}}"}"""));
        Assert.Contains("exceeding the limit", (await Api.JsonPatchAsync(path + "/a", $"[{copies}]")).Expect(422).Message);
    }

    [Theory]
    [InlineData("application/cbor", "POST")]
    [InlineData("application/apply-patch+cbor", "PATCH")]
    [InlineData("application/xml", "POST")]
    [InlineData("application/json", "PATCH")]
    public async Task Other_formats_are_unsupported(string type, string method)
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        await Api.CreateAsync(path, """{"metadata":{"name":"a"}}""");
        var answer = (await Api.SendAsync(new HttpMethod(method), method == "POST" ? path : path + "/a?fieldManager=m", "\u00d9\u00d9\u00f7", type)).Expect(415);
        Assert.Equal("UnsupportedMediaType", answer.Reason);
        Assert.Contains("the body of the request was in an unknown format - accepted media types include:", answer.Message);
    }

    [Fact]
    public async Task Warnings_hold_any_text()
    {
        var ns = await host.NamespaceAsync();
        var odd = (await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"d"},"ünk\"n\\own\r\n\u0000":1}""")).Expect(201);
        // What the client makes of bytes beyond ASCII differs between its versions.
        Assert.EndsWith("nk\\\"n\\\\own???\\\"\"", odd.Response.Headers.GetValues("Warning").Single());
    }

    [Theory]
    [InlineData("application/merge-patch+json", """{"data":{"k":"1","k":"2"},"nope":1}""", "duplicate field \"data.k\", unknown field \"nope\"")]
    [InlineData("application/strategic-merge-patch+json", """{"data":{"k":"1","k":"2"},"nope":1}""", "duplicate field \"data.k\", unknown field \"nope\"")]
    [InlineData("application/json-patch+json", """[{"op":"add","path":"/nope","value":1,"odd":2}]""", "json patch unknown field \"[0].odd\", unknown field \"nope\"")]
    public async Task Strict_patches_are_invalid_and_say_why(string type, string patch, string findings)
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        await Api.CreateAsync(path, """{"metadata":{"name":"a"}}""");
        var strict = (await Api.SendAsync(HttpMethod.Patch, path + "/a?fieldValidation=Strict", patch, type)).Expect(422);
        Assert.StartsWith(" \"\" is invalid: patch: Invalid value: ", strict.Message);
        Assert.EndsWith("strict decoding error: " + findings, strict.Message);
        var warned = (await Api.SendAsync(HttpMethod.Patch, path + "/a", patch, type)).Expect(200);
        Assert.Equal(findings.Split(", ").Length, warned.Response.Headers.GetValues("Warning").Count());
        Assert.False((await Api.SendAsync(HttpMethod.Patch, path + "/a?fieldValidation=Ignore", patch, type)).Expect(200).Response.Headers.Contains("Warning"));
    }

    [Fact]
    public async Task Strict_bodies_name_duplicates_in_json_and_yaml()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments?fieldValidation=Strict";
        var json = (await Api.PostAsync(path, """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"unknownField":"x","replicas":1,"replicas":2}}""")).Expect(400);
        Assert.EndsWith("strict decoding error: unknown field \"spec.unknownField\", duplicate field \"spec.replicas\"", json.Message);
        var yaml = (await Api.SendAsync(HttpMethod.Post, path, "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\nspec:\n  replicas: 1\n  replicas: 2\n", "application/yaml")).Expect(400);
        Assert.Contains("yaml: unmarshal errors:\n  line 7: key \"replicas\" already set in map", yaml.Message);
    }
}
