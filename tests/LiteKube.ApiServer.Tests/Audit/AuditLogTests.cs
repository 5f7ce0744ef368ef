using System.Text.Json.Nodes;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Tests.Audit;

public sealed class AuditLogTests : IAsyncLifetime
{
    private const string Policy = """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        omitStages: [RequestReceived]
        rules:
        - {level: None, users: ["system:apiserver"]}
        - {level: RequestResponse, omitManagedFields: true, resources: [{group: "", resources: [configmaps]}]}
        - {level: Request, omitStages: [], resources: [{group: "", resources: [namespaces]}]}
        - {level: Metadata}
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("litekube-audit-").FullName;
    private readonly ApiHost _host;

    public AuditLogTests()
    {
        var policy = Path.Combine(_directory, "policy.yaml");
        File.WriteAllText(policy, Policy);
        _host = new ApiHost { Configure = o => o with { Audit = new AuditOptions { PolicyPath = policy, LogPath = LogPath } } };
    }

    private string LogPath => Path.Combine(_directory, "audit.log");

    public Task InitializeAsync() => _host.InitializeAsync();

    [Fact]
    public async Task Requests_are_recorded_as_the_policy_says()
    {
        var ns = await _host.NamespaceAsync();
        await _host.Admin.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        await _host.Admin.CreateAsync($"/api/v1/namespaces/{ns}/secrets", """{"metadata":{"name":"s"},"stringData":{"password":"hunter2"}}""");
        (await _host.Admin.GetAsync($"/api/v1/namespaces/{ns}/configmaps/missing?x=y")).Expect(404);
        using (var nobody = _host.Client(null))
            (await nobody.GetAsync("/api/v1/secrets")).Expect(401);
        using (var watch = await _host.Admin.WatchAsync($"/api/v1/namespaces/{ns}/secrets"))
            await watch.ExpectAsync("ADDED");
        await _host.Services.GetRequiredService<LocalApi>().GetAsync(UserInfo.Of("system:kube-scheduler"), Namespace.Resource, null, ns, CancellationToken.None)
            .AsTask().ContinueWith(_ => { });
        await _host.StopAsync();

        var events = File.ReadLines(LogPath).Select(l => JsonNode.Parse(l)!.AsObject()).ToList();
        var made = events.Single(e => Is(e, "create", "configmaps"));
        Assert.Equal("audit.k8s.io/v1", (string)made["apiVersion"]!);
        Assert.Equal("Event", (string)made["kind"]!);
        Assert.Equal("RequestResponse", (string)made["level"]!);
        Assert.Equal("ResponseComplete", (string)made["stage"]!);
        Assert.Equal($"/api/v1/namespaces/{ns}/configmaps", (string)made["requestURI"]!);
        Assert.Equal("system:admin", (string)made["user"]!["username"]!);
        Assert.Equal("127.0.0.1", (string)made["sourceIPs"]![0]!);
        Assert.Equal("a", (string)made["objectRef"]!["name"]!);
        Assert.Equal(201, (int)made["responseStatus"]!["code"]!);
        Assert.Equal("v", (string)made["requestObject"]!["data"]!["k"]!);
        Assert.NotNull(made["responseObject"]!["metadata"]!["uid"]);
        Assert.Equal("allow", (string)made["annotations"]!["authorization.k8s.io/decision"]!);

        var missing = events.Single(e => Is(e, "get", "configmaps"));
        Assert.Equal("NotFound", (string)missing["responseStatus"]!["reason"]!);
        Assert.EndsWith("?x=y", (string)missing["requestURI"]!, StringComparison.Ordinal);

        var secret = events.Single(e => Is(e, "create", "secrets"));
        Assert.Equal("Metadata", (string)secret["level"]!);
        Assert.DoesNotContain("hunter2", File.ReadAllText(LogPath), StringComparison.Ordinal);

        Assert.Contains(events, e => Is(e, "create", "namespaces") && e["requestObject"] is not null && e["responseObject"] is null);
        Assert.Contains(events, e => Is(e, "watch", "secrets") && (string)e["stage"]! == "ResponseStarted");
        Assert.Contains(events, e => (int?)e["responseStatus"]?["code"] == 401);
        Assert.Contains(events, e => (string?)e["user"]?["username"] == "system:kube-scheduler");
        Assert.DoesNotContain(events, e => (string)e["stage"]! == "RequestReceived");
    }

    [Fact]
    public async Task Who_speaks_for_another_is_recorded_with_both()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/secrets");
        request.Headers.Add("Impersonate-User", "jane");
        request.Headers.Add("Audit-ID", "my-own-id");
        using var answer = await _host.Admin.Http.SendAsync(request);
        Assert.Equal(403, (int)answer.StatusCode);
        Assert.Equal("my-own-id", answer.Headers.GetValues("Audit-ID").Single());
        await _host.StopAsync();

        var recorded = File.ReadLines(LogPath).Select(l => JsonNode.Parse(l)!.AsObject()).Single(e => (string)e["auditID"]! == "my-own-id");
        Assert.Equal("system:admin", (string)recorded["user"]!["username"]!);
        Assert.Equal("jane", (string)recorded["impersonatedUser"]!["username"]!);
        Assert.Equal("forbid", (string)recorded["annotations"]!["authorization.k8s.io/decision"]!);
        Assert.Equal("Forbidden", (string)recorded["responseStatus"]!["reason"]!);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static bool Is(JsonObject recorded, string verb, string resource) =>
        (string)recorded["verb"]! == verb && (string?)recorded["objectRef"]?["resource"] == resource && recorded["objectRef"]!["subresource"] is null;
}
