using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.Security.Pki;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Tests.Aggregation;

/// <summary>Group versions that another server serves.</summary>
[Collection(ApiHostCollection.Name)]
public sealed class AggregationTests(ApiHost host) : IAsyncLifetime
{
    private const string ApiServices = "/apis/apiregistration.k8s.io/v1/apiservices";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);

    private RemoteServer _server = null!;
    private string _ns = "";
    private string _group = "";
    private string _address = "";

    private ApiClient Api => host.Admin;

    private string Name => $"v1alpha1.{_group}";

    public async Task InitializeAsync()
    {
        _ns = await host.NamespaceAsync();
        _group = $"{_ns}.example.com";
        _server = await RemoteServer.StartAsync($"sample.{_ns}.svc", _group);
        _address = host.Dialer.NextAddress();
        host.Dialer.Map($"{_address}:9443", _server.Port);
    }

    public async Task DisposeAsync()
    {
        await Api.DeleteAsync($"{ApiServices}/{Name}");
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Every_group_version_of_the_servers_own_has_its_APIService()
    {
        var core = await UntilAsync("v1.", c => (string?)c["reason"] == "Local");
        Assert.Equal("Local APIServices are always available", (string?)core["message"]);
        await UntilAsync("v1.apps", c => (string?)c["status"] == "True");
        await UntilAsync("v2.autoscaling", c => (string?)c["status"] == "True");
        Assert.Equal(17800, (int?)(await Api.GetAsync($"{ApiServices}/v1.apps")).Body["spec"]!["groupPriorityMinimum"]);
        Assert.Equal("onstart", (string?)(await Api.GetAsync($"{ApiServices}/v1.apps")).Metadata["labels"]!["kube-aggregator.kubernetes.io/automanaged"]);
    }

    [Fact]
    public async Task Requests_go_to_the_remote_in_the_users_name_and_nobody_elses()
    {
        await RegisterAsync();
        var user = host.Client(host.Services.GetRequiredService<ClusterPki>().IssueClient("alice", UserInfo.MastersGroup, "devs"));

        using var request = new HttpRequestMessage(HttpMethod.Post, $"/apis/{_group}/v1alpha1/namespaces/default/flunders?fieldManager=t") { Content = new StringContent("""{"kind":"Flunder","metadata":{"name":"f"}}""") };
        request.Headers.Add("X-Remote-User", "mallory");
        request.Headers.Add("X-Remote-Group", "evil");
        using var made = await user.Http.SendAsync(request);

        Assert.Equal(201, (int)made.StatusCode);
        Assert.Equal("""{"kind":"Flunder","metadata":{"name":"f"}}""", await made.Content.ReadAsStringAsync());
        var asked = _server.Asked.Single(a => a.Target.Contains("/flunders", StringComparison.Ordinal));
        Assert.Equal($"/apis/{_group}/v1alpha1/namespaces/default/flunders?fieldManager=t", asked.Target);
        Assert.Equal("front-proxy-client", asked.ClientName);
        Assert.Equal("alice", asked.Headers["X-Remote-User"]);
        Assert.Contains("devs", asked.Headers["X-Remote-Group"], StringComparison.Ordinal);
        Assert.Contains("system:authenticated", asked.Headers["X-Remote-Group"], StringComparison.Ordinal);
        Assert.DoesNotContain("evil", asked.Headers["X-Remote-Group"], StringComparison.Ordinal);
        Assert.False(asked.Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task Each_of_the_users_groups_is_a_line_of_its_own()
    {
        await RegisterAsync();
        var groups = Enumerable.Range(0, 60).Select(i => $"a-group-whose-name-is-so-long-that-the-head-outgrows-a-buffer-of-4096-bytes-{i}").ToArray();
        var user = host.Client(host.Services.GetRequiredService<ClusterPki>().IssueClient("alice", [UserInfo.MastersGroup, .. groups]));

        using var made = await user.Http.PostAsync($"/apis/{_group}/v1alpha1/namespaces/default/flunders", new StringContent("{\"a\":\"\u0001\"}"));

        Assert.Equal(201, (int)made.StatusCode);
        Assert.Equal("{\"a\":\"\u0001\"}", await made.Content.ReadAsStringAsync());
        var asked = _server.Asked.Single(a => a.Target.Contains("/flunders", StringComparison.Ordinal));
        Assert.Equal([.. groups.Append(UserInfo.MastersGroup).Append("system:authenticated").Order(StringComparer.Ordinal)], asked.Groups.Order(StringComparer.Ordinal));
        Assert.Equal("alice", asked.Headers["X-Remote-User"]);
        var look = _server.Asked.First(a => a.Target.EndsWith("/v1alpha1", StringComparison.Ordinal));
        Assert.All(look.Groups, g => Assert.DoesNotContain(",", g, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_may_not_is_stopped_before_the_remote()
    {
        await RegisterAsync();
        var nobody = host.Client(host.Services.GetRequiredService<ClusterPki>().IssueClient("bob"));

        var refused = (await nobody.GetAsync($"/apis/{_group}/v1alpha1/namespaces/default/flunders/f")).Expect(403);

        Assert.Equal($"flunders.{_group} \"f\" is forbidden: User \"bob\" cannot get resource \"flunders\" in API group \"{_group}\" in the namespace \"default\"", refused.Message);
        Assert.DoesNotContain(_server.Asked, a => a.Target.Contains("/flunders", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_watch_streams()
    {
        await RegisterAsync();
        using var watch = await Api.WatchAsync($"/apis/{_group}/v1alpha1/flunders");

        for (var i = 0; i < 3; i++)
        {
            _server.Events.Release();
            Assert.Equal($"f{i}", (await watch.ExpectAsync("ADDED")).Name);
        }
    }

    [Fact]
    public async Task Discovery_lists_what_the_remote_serves()
    {
        await RegisterAsync();

        var groups = (await Api.GetAsync("/apis")).Body["groups"]!.AsArray();
        Assert.Equal($"{_group}/v1alpha1", (string?)groups.Single(g => (string?)g!["name"] == _group)!["preferredVersion"]!["groupVersion"]);
        Assert.Equal("APIGroup", (string?)(await Api.GetAsync($"/apis/{_group}")).Expect(200).Body["kind"]);
        Assert.Equal("APIResourceList", (string?)(await Api.GetAsync($"/apis/{_group}/v1alpha1")).Expect(200).Body["kind"]);

        var version = await AggregatedAsync();
        Assert.Equal("Current", (string?)version["freshness"]);
        var resource = Assert.Single(version["resources"]!.AsArray())!;
        Assert.Equal("Namespaced", (string?)resource["scope"]);
        Assert.Equal("status", (string?)resource["subresources"]![0]!["subresource"]);
    }

    [Fact]
    public async Task OpenAPI_v2_has_what_the_remote_describes_under_names_that_are_free()
    {
        await RegisterAsync();

        var document = (await Api.GetAsync("/openapi/v2")).Expect(200).Body;

        Assert.Equal("#/definitions/example.Flunder", (string?)document["paths"]![$"/apis/{_group}/v1alpha1/flunders"]!["get"]!["responses"]!["200"]!["schema"]!["$ref"]);
        var renamed = (string)document["definitions"]!["example.Flunder"]!["properties"]!["pod"]!["$ref"]!;
        Assert.StartsWith("#/definitions/io.k8s.api.core.v1.Pod_v", renamed, StringComparison.Ordinal);
        Assert.Equal("another", (string?)document["definitions"]![renamed["#/definitions/".Length..]]!["description"]);
        Assert.NotNull(document["definitions"]!["io.k8s.api.core.v1.Pod"]!["properties"]);
        Assert.Null(document["paths"]!["/version"]);

        (await Api.DeleteAsync($"{ApiServices}/{Name}")).Expect(200);
        await EventuallyAsync(async () => (await Api.GetAsync("/openapi/v2")).Body["paths"]![$"/apis/{_group}/v1alpha1/flunders"] is null);
    }

    [Fact]
    public async Task OpenAPI_v3_lists_the_remote_with_its_hash_and_leads_to_it()
    {
        await RegisterAsync();
        var path = $"apis/{_group}/v1alpha1";

        var address = (string?)(await Api.GetAsync("/openapi/v3")).Expect(200).Body["paths"]![path]!["serverRelativeURL"];

        Assert.Equal($"/openapi/v3/{path}?hash=FF", address);
        Assert.Equal("FF", (string?)(await Api.GetAsync(address!)).Expect(200).Body["hash"]);
        Assert.Equal("system:kube-aggregator", _server.Asked.Last(a => a.Target == address).Headers["X-Remote-User"]);
        (await Api.GetAsync($"/openapi/v3/{path}/more")).Expect(404);
    }

    [Fact]
    public async Task OpenAPI_v3_has_what_a_remote_says_that_only_knows_v2()
    {
        _server.IsOld = true;
        await RegisterAsync();
        var path = $"apis/{_group}/v1alpha1";

        var address = (string?)(await Api.GetAsync("/openapi/v3")).Expect(200).Body["paths"]![path]!["serverRelativeURL"];
        var document = (await Api.GetAsync(address!)).Expect(200).Body;

        var schema = document["paths"]![$"/{path}/flunders"]!["get"]!["responses"]!["200"]!["content"]!["*/*"]!["schema"]!;
        Assert.Equal("#/components/schemas/example.Flunder", (string?)schema["$ref"]);
        Assert.Equal("another", (string?)document["components"]!["schemas"]!["io.k8s.api.core.v1.Pod"]!["description"]);

        (await Api.DeleteAsync($"{ApiServices}/{Name}")).Expect(200);
        await EventuallyAsync(async () => (await Api.GetAsync("/openapi/v3")).Body["paths"]![path] is null);
    }

    [Fact]
    public async Task An_upgrade_is_a_tunnel_to_the_remote()
    {
        await RegisterAsync();
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, host.Address.Port);
        await using var stream = new SslStream(connection.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "kubernetes",
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            ClientCertificates = [host.Services.AdminCertificate()],
        });
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /apis/{_group}/v1alpha1/namespaces/default/flunders/f/exec HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\nContent-Length: 0\r\n\r\n"));

        var head = await ReadUntilAsync(stream, "\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        Assert.Contains("Upgrade: SPDY/3.1", head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("X-Stream-Protocol-Version: v4.channel.k8s.io", head, StringComparison.OrdinalIgnoreCase);
        await stream.WriteAsync("ping."u8.ToArray());
        Assert.Equal("ping.", await ReadUntilAsync(stream, "."));
        Assert.Equal("system:admin", _server.Asked.Single(a => a.Target.EndsWith("/exec", StringComparison.Ordinal)).Headers["X-Remote-User"]);
    }

    [Fact]
    public async Task A_WebSocket_is_a_tunnel_to_the_remote()
    {
        await RegisterAsync();
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        socket.Options.ClientCertificates = [host.Services.AdminCertificate()];
        socket.Options.AddSubProtocol("v5.channel.k8s.io");
        using var limit = new CancellationTokenSource(s_limit);

        await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{host.Address.Port}/apis/{_group}/v1alpha1/namespaces/default/flunders/f/exec"), limit.Token);
        await socket.SendAsync("ping"u8.ToArray(), WebSocketMessageType.Binary, endOfMessage: true, limit.Token);
        var buffer = new byte[16];
        var count = 0;
        while (count < 4)
            count += (await socket.ReceiveAsync(buffer.AsMemory(count), limit.Token)).Count;

        Assert.Equal("v5.channel.k8s.io", socket.SubProtocol);
        Assert.Equal("ping", Encoding.ASCII.GetString(buffer, 0, count));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
    }

    [Fact]
    public async Task A_remote_that_breaks_is_unavailable_and_its_discovery_stale()
    {
        await RegisterAsync();
        _server.IsBroken = true;
        // A change of the APIService is a reason to look at once.
        (await Api.MergeAsync($"{ApiServices}/{Name}", """{"spec":{"versionPriority":400}}""")).Expect(200);

        var condition = await UntilAsync(Name, c => (string?)c["status"] == "False");

        Assert.Equal("FailedDiscoveryCheck", (string?)condition["reason"]);
        Assert.Contains($"failing or missing response from https://sample.{_ns}.svc", (string?)condition["message"], StringComparison.Ordinal);
        Assert.Equal("Stale", (string?)(await AggregatedAsync())["freshness"]);
        Assert.Equal("service unavailable", (await Api.GetAsync($"/apis/{_group}/v1alpha1/flunders")).Expect(503).Message);
    }

    [Fact]
    public async Task What_is_missing_is_named()
    {
        await Api.CreateAsync(ApiServices, ApiService());
        Assert.Equal(("ServiceNotFound", $"service/sample in \"{_ns}\" is not present"), Of(await UntilAsync(Name, c => (string?)c["status"] == "False")));

        await Api.CreateAsync($"/api/v1/namespaces/{_ns}/services", """{"metadata":{"name":"sample"},"spec":{"ports":[{"port":444}]}}""");
        Assert.Equal($"service/sample in \"{_ns}\" is not listening on port 7443", (string?)(await UntilAsync(Name, c => (string?)c["reason"] == "ServicePortError"))["message"]);

        (await Api.MergeAsync($"/api/v1/namespaces/{_ns}/services/sample", """{"spec":{"ports":[{"port":7443}]}}""")).Expect(200);
        Assert.Equal($"cannot find endpointslices for service/sample in \"{_ns}\"", (string?)(await UntilAsync(Name, c => (string?)c["reason"] == "EndpointsNotFound"))["message"]);
        await CreateSliceAsync();
        Assert.Equal("all checks passed", (string?)(await UntilAsync(Name, c => (string?)c["status"] == "True"))["message"]);
    }

    [Fact]
    public async Task An_APIService_that_goes_takes_its_group_with_it()
    {
        await RegisterAsync();

        (await Api.DeleteAsync($"{ApiServices}/{Name}")).Expect(200);

        (await Api.GetAsync($"/apis/{_group}/v1alpha1/flunders")).Expect(404);
        Assert.DoesNotContain((await Api.GetAsync("/apis")).Body["groups"]!.AsArray(), g => (string?)g!["name"] == _group);
    }

    [Theory]
    [InlineData("""{"group":"g.example.com","version":"v1","groupPriorityMinimum":1,"versionPriority":1,"service":{"name":"s"}}""", "spec.service.namespace: Required value")]
    [InlineData("""{"group":"g.example.com","version":"v1","groupPriorityMinimum":1,"versionPriority":1,"insecureSkipTLSVerify":true}""", "local APIServices may not have insecureSkipTLSVerify")]
    public async Task An_APIService_that_cannot_be_is_refused(string spec, string why) =>
        Assert.Contains(why, (await Api.PostAsync(ApiServices, "{\"metadata\":{\"name\":\"v1.g.example.com\"},\"spec\":" + spec + "}")).Expect(422).Message, StringComparison.Ordinal);

    private static async Task<string> ReadUntilAsync(Stream stream, string end)
    {
        using var limit = new CancellationTokenSource(s_limit);
        var read = new StringBuilder();
        var one = new byte[1];
        while (!read.ToString().EndsWith(end, StringComparison.Ordinal) && await stream.ReadAsync(one, limit.Token) == 1)
            read.Append((char)one[0]);
        return read.ToString();
    }

    private static async Task EventuallyAsync(Func<Task<bool>> so)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await so())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < s_limit, "did not come true");
            await Task.Delay(100);
        }
    }

    private static (string?, string?) Of(JsonNode condition) => ((string?)condition["reason"], (string?)condition["message"]);

    private string ApiService() => $$$$"""
        {"metadata":{"name":"{{{{Name}}}}"},"spec":{"group":"{{{{_group}}}}","version":"v1alpha1","groupPriorityMinimum":2000,"versionPriority":200,"caBundle":"{{{{_server.CaBundle}}}}",
         "service":{"namespace":"{{{{_ns}}}}","name":"sample","port":7443} } }
        """;

    private async Task RegisterAsync()
    {
        await Api.CreateAsync($"/api/v1/namespaces/{_ns}/services", """{"metadata":{"name":"sample"},"spec":{"ports":[{"port":7443,"targetPort":9443}]}}""");
        await CreateSliceAsync();
        await Api.CreateAsync(ApiServices, ApiService());
        Assert.Equal("all checks passed", (string?)(await UntilAsync(Name, c => (string?)c["status"] == "True"))["message"]);
    }

    private Task<ApiAnswer> CreateSliceAsync() => Api.CreateAsync(
        $"/apis/discovery.k8s.io/v1/namespaces/{_ns}/endpointslices",
        $$$"""{"metadata":{"name":"sample-1","labels":{"kubernetes.io/service-name":"sample"}},"addressType":"IPv4","endpoints":[{"addresses":["{{{_address}}}"]}],"ports":[{"port":9443}]}""");

    private async Task<JsonNode> AggregatedAsync()
    {
        var list = await Api.GetAsync("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
        return list.Items.Single(i => (string?)i!["metadata"]!["name"] == _group)!["versions"]![0]!;
    }

    private async Task<JsonNode> UntilAsync(string name, Func<JsonNode, bool> so)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await Api.GetAsync($"{ApiServices}/{name}");
            if (answer.Code == 200 && answer.Body["status"]?["conditions"]?.AsArray().FirstOrDefault(c => (string?)c!["type"] == "Available") is { } condition && so(condition))
                return condition;
            Assert.True(TimeProvider.System.GetElapsedTime(start) < s_limit, $"{name}: {answer.Body["status"]?.ToJsonString()}");
            await Task.Delay(100);
        }
    }
}
