using System.Net;
using System.Text.Json.Nodes;
using LiteKube.ApiServer.Http;
using LiteKube.ApiServer.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Tests.Http;

/// <summary>Lists that many ask for at once share their bytes, and each is what it would be alone.</summary>
[Collection(ApiHostCollection.Name)]
public sealed class SharedListTests(ApiHost host)
{
    private const int Objects = 300;

    [Theory]
    [InlineData("2.0")]
    [InlineData("1.1")]
    public async Task Every_one_of_many_lists_is_whole(string version)
    {
        var path = await FillAsync();
        using var client = Client(version);
        var alone = (await ListAsync(client, path)).ToJsonString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ => (await ListAsync(client, path))["items"]!.ToJsonString()));
        Assert.All(answers, answer => Assert.Equal(JsonNode.Parse(alone)!["items"]!.ToJsonString(), answer));
        // What is shared is forgotten soon after: here it is asked for until it is caught.
        var started = TimeProvider.System.GetTimestamp();
        while (host.Services.GetRequiredService<ListBodies>().Count == 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(2), "no list was shared");
            await Task.WhenAll(ListAsync(client, path), ListAsync(client, path));
        }
    }

    [Fact]
    public async Task A_list_after_a_write_shows_it_whatever_was_shared_before()
    {
        var path = await FillAsync();
        using var client = Client("2.0");
        for (var round = 0; round < 12; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ListAsync(client, path)));
            var written = (await host.Admin.MergeAsync($"{path}/o-{round * 7}", "{\"data\":{\"round\":\"" + round + "\"}}")).Expect(200);
            var lists = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ListAsync(client, path)));
            foreach (var list in lists)
            {
                var item = list["items"]!.AsArray().Single(i => (string)i!["metadata"]!["name"]! == $"o-{round * 7}")!;
                Assert.Equal(written.Version, (string)item["metadata"]!["resourceVersion"]!);
                Assert.Equal($"{round}", (string)item["data"]!["round"]!);
                Assert.True(long.Parse((string)list["metadata"]!["resourceVersion"]!) >= long.Parse(written.Version));
            }
        }

        (await host.Admin.DeleteAsync($"{path}/o-0")).Expect(200);
        Assert.Equal(Objects - 1, (await ListAsync(client, path))["items"]!.AsArray().Count);
    }

    private async Task<string> FillAsync()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        await Parallel.ForAsync(0, Objects, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            await host.Admin.CreateAsync(path, $$$"""{"metadata":{"name":"o-{{{i}}}"},"data":{"k":"{{{new string((char)('a' + (i % 26)), 1024)}}}"} }"""));
        return path;
    }

    private static async Task<JsonObject> ListAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(answer.Content.Headers.ContentLength, bytes.Length);
        return JsonNode.Parse(bytes)!.AsObject();
    }

    private HttpClient Client(string version)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        handler.SslOptions.ClientCertificates = [host.Services.AdminCertificate()];
        return new HttpClient(handler) { BaseAddress = host.Address, DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }
}
