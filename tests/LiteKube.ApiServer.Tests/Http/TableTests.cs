using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.ApiServer.Tests.Verbs;

namespace LiteKube.ApiServer.Tests.Http;

[Collection(ApiHostCollection.Name)]
public sealed class TableTests(ApiHost host)
{
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

    private ApiClient Api => host.Admin;

    [Theory]
    [InlineData("""{"phase":"Running","containerStatuses":[{"name":"c","ready":true,"restartCount":0,"image":"i","imageID":"i","state":{"running":{}}}]}""", "1/1", "Running", "0")]
    [InlineData("""{"phase":"Running","containerStatuses":[{"name":"c","ready":false,"restartCount":3,"image":"i","imageID":"i","state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}""", "0/1", "CrashLoopBackOff", "3")]
    [InlineData("""{"phase":"Succeeded","containerStatuses":[{"name":"c","ready":false,"restartCount":0,"image":"i","imageID":"i","state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}""", "0/1", "Completed", "0")]
    [InlineData("""{"phase":"Failed","containerStatuses":[{"name":"c","ready":false,"restartCount":0,"image":"i","imageID":"i","state":{"terminated":{"exitCode":3}}}]}""", "0/1", "ExitCode:3", "0")]
    [InlineData("""{"phase":"Pending","containerStatuses":[{"name":"c","ready":false,"restartCount":0,"image":"i","imageID":"i","state":{"waiting":{"reason":"ImagePullBackOff"}}}]}""", "0/1", "ImagePullBackOff", "0")]
    [InlineData("""{"phase":"Failed","reason":"Evicted"}""", "0/1", "Evicted", "0")]
    public async Task Pods_show_what_their_containers_are_at(string status, string ready, string shown, string restarts)
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p"));
        (await Api.MergeAsync($"/api/v1/namespaces/{ns}/pods/p/status", $$"""{"status":{{status}}}""")).Expect(200);
        var table = (await Api.GetAsync($"/api/v1/namespaces/{ns}/pods", Table)).Expect(200);
        Assert.Equal("Table", (string)table.Body["kind"]!);
        Assert.Equal(["Name", "Ready", "Status", "Restarts", "Age", "IP", "Node", "Nominated Node", "Readiness Gates"], table.Body["columnDefinitions"]!.AsArray().Select(c => (string)c!["name"]!));
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1, 1], table.Body["columnDefinitions"]!.AsArray().Select(c => (int)c!["priority"]!));
        var cells = table.Body["rows"]![0]!["cells"]!.AsArray();
        Assert.Equal(["p", ready, shown, restarts], cells.Take(4).Select(c => c!.ToString()));
        Assert.Equal("PartialObjectMetadata", (string)table.Body["rows"]![0]!["object"]!["kind"]!);
    }

    [Fact]
    public async Task Init_containers_are_counted_and_deletion_is_shown()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p", ",\"nodeName\":\"n\",\"initContainers\":[{\"name\":\"i1\",\"image\":\"i\"},{\"name\":\"i2\",\"image\":\"i\"}]"));
        await Api.MergeAsync($"/api/v1/namespaces/{ns}/pods/p/status",
            """{"status":{"phase":"Pending","initContainerStatuses":[{"name":"i1","ready":true,"restartCount":0,"image":"i","imageID":"i","state":{"terminated":{"exitCode":0}}},{"name":"i2","ready":false,"restartCount":0,"image":"i","imageID":"i","state":{"running":{}}}]}}""");
        Assert.Equal("Init:1/2", await StatusAsync());
        await Api.DeleteAsync($"/api/v1/namespaces/{ns}/pods/p");
        Assert.Equal("Terminating", await StatusAsync());

        async Task<string> StatusAsync() => (string)(await Api.GetAsync($"/api/v1/namespaces/{ns}/pods/p", Table)).Body["rows"]![0]!["cells"]![2]!;
    }

    [Fact]
    public async Task The_object_of_a_row_is_what_the_client_asks_for()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        var path = $"/api/v1/namespaces/{ns}/configmaps?includeObject=";
        Assert.Null((await Api.GetAsync(path + "None", Table)).Body["rows"]![0]!["object"]);
        Assert.Equal("v", (string)(await Api.GetAsync(path + "Object", Table)).Body["rows"]![0]!["object"]!["data"]!["k"]!);
        (await Api.GetAsync(path + "Nonsense", Table)).Expect(400);
    }

    [Fact]
    public async Task A_watch_of_rows_says_its_columns_once()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"}}""");
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"b"}}""");
        using var watch = await Api.WatchAsync($"/api/v1/namespaces/{ns}/configmaps", Table);
        var first = await watch.ExpectAsync("ADDED");
        Assert.Equal("Name", (string)first.Object["columnDefinitions"]![0]!["name"]!);
        Assert.Equal("a", (string)first.Object["rows"]![0]!["cells"]![0]!);
        Assert.Null((await watch.ExpectAsync("ADDED")).Object["columnDefinitions"]);
    }

    [Fact]
    public async Task What_has_no_table_is_not_acceptable_as_one()
    {
        var answer = (await Api.PostAsync("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "{}", "application/json;as=Table;v=v1;g=meta.k8s.io")).Expect(406);
        Assert.Equal("NotAcceptable", answer.Reason);
        (await Api.GetAsync("/api/v1/namespaces", "text/html")).Expect(406);
    }

    [Fact]
    public async Task Metadata_alone_can_be_read()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        const string accept = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
        var one = (await Api.GetAsync($"/api/v1/namespaces/{ns}/configmaps/a", accept)).Expect(200);
        Assert.Equal("PartialObjectMetadata", (string)one.Body["kind"]!);
        Assert.Null(one.Body["data"]);
        var list = (await Api.GetAsync($"/api/v1/namespaces/{ns}/configmaps", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")).Expect(200);
        Assert.Equal("a", (string)list.Items.Single()!["metadata"]!["name"]!);
    }

    [Fact]
    public async Task Errors_are_Statuses_whatever_is_accepted()
    {
        var answer = (await Api.GetAsync("/api/v1/namespaces/default/pods/nope", Table)).Expect(404);
        Assert.Equal("Status", (string)answer.Body["kind"]!);
        Assert.Equal("pods", (string)answer.Body["details"]!["kind"]!);
    }

    [Fact]
    public async Task Protobuf_is_read_and_written()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        using var read = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/namespaces/{ns}/configmaps/a");
        read.Headers.TryAddWithoutValidation("Accept", "application/vnd.kubernetes.protobuf,application/json");
        var bytes = await (await Api.Http.SendAsync(read)).Content.ReadAsByteArrayAsync();
        Assert.Equal("k8s\0"u8.ToArray(), bytes[..4]);
        using var write = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/namespaces/{ns}/configmaps/a") { Content = new ByteArrayContent(bytes) };
        write.Content.Headers.TryAddWithoutValidation("Content-Type", "application/vnd.kubernetes.protobuf");
        var answer = await Api.Http.SendAsync(write);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains("\"k\":\"v\"", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        var ns = await host.NamespaceAsync();
        var body = $$$"""{"metadata":{"name":"a"},"data":{"k":"{{{new string('x', 3 * 1024 * 1024)}}}"}}""";
        Assert.Equal("RequestEntityTooLarge", (await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", body)).Expect(413).Reason);
    }
}
