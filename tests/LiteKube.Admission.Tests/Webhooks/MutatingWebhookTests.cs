using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Testing.Webhooks;

namespace LiteKube.Admission.Tests.Webhooks;

public sealed class MutatingWebhookTests : IAsyncLifetime
{
    private readonly PluginFixture _fixture = new();
    private WebhookServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await WebhookServer.StartAsync();
        _fixture.Dialer.Map("ns", "hook", 443, _server.Port);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_patch_is_applied_and_the_next_webhook_sees_it_with_its_defaults()
    {
        Configure("a", Hook("one.example.com", "/one"), Hook("two.example.com", "/two"));
        _server.Respond = (request, path) => path == "/one"
            ? WebhookServer.Patch("""[{"op":"add","path":"/spec/initContainers","value":[{"name":"i","image":"x"}]}]""")
            : WebhookServer.Patch("""[{"op":"add","path":"/metadata/labels","value":{"seen":"WHAT"}}]""".Replace("WHAT", (string?)request["object"]!["spec"]!["initContainers"]![0]!["terminationMessagePolicy"], StringComparison.Ordinal));

        var pod = await MutateAsync(_fixture.Request(AdmissionOperation.Create, Pod.Resource, Parse("""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","namespace":"ns"},"spec":{"containers":[{"name":"c","image":"x"}]}}""")));

        Assert.Equal("File", (string?)pod["metadata"]!["labels"]!["seen"]);
    }

    [Fact]
    public async Task The_review_says_everything_about_the_request()
    {
        Configure("a", Hook("one.example.com", "/mutate", timeout: 7));

        await MutateAsync(_fixture.Request(AdmissionOperation.Create, ConfigMap.Resource, Parse(Map)));

        var (path, review) = Assert.Single(_server.Asked);
        Assert.Equal("/mutate?timeout=7s", path);
        Assert.Equal("AdmissionReview", (string?)review["kind"]);
        Assert.Equal("admission.k8s.io/v1", (string?)review["apiVersion"]);
        var request = review["request"]!.AsObject();
        Assert.True(Guid.TryParse((string?)request["uid"], out _));
        request.Remove("uid");
        Assert.Equal(
            """
            {"kind":{"group":"","version":"v1","kind":"ConfigMap"},"resource":{"group":"","version":"v1","resource":"configmaps"},"requestKind":{"group":"","version":"v1","kind":"ConfigMap"},
            "requestResource":{"group":"","version":"v1","resource":"configmaps"},"name":"m","namespace":"ns","operation":"CREATE",
            "userInfo":{"username":"alice","groups":["system:authenticated"]},"object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"m","namespace":"ns"},"data":{"a":"1"}},
            "oldObject":null,"dryRun":false,"options":null}
            """.ReplaceLineEndings(""),
            request.ToJsonString());
    }

    [Fact]
    public async Task Configurations_run_in_the_order_of_their_names()
    {
        Configure("b", Hook("b.example.com", "/b"));
        Configure("a", Hook("a.example.com", "/a"));

        await MutateAsync(Create());

        Assert.Equal(["/a", "/b"], _server.Asked.Select(a => a.Path.Split('?')[0]));
    }

    [Theory]
    [InlineData("IfNeeded", "/first,/second,/first")]
    [InlineData("Never", "/first,/second")]
    public async Task A_webhook_is_asked_again_where_a_later_one_changed_the_object_and_it_wants_to_know(string policy, string asked)
    {
        Configure("a", Hook("first.example.com", "/first", more: $",\"reinvocationPolicy\":\"{policy}\""), Hook("second.example.com", "/second"));
        _server.Respond = (_, path) => path == "/second" ? WebhookServer.Patch("""[{"op":"add","path":"/data/second","value":"1"}]""") : new JsonObject { ["allowed"] = true };

        await MutateAsync(Create());

        Assert.Equal(asked.Split(','), _server.Asked.Select(a => a.Path.Split('?')[0]));
    }

    [Theory]
    [InlineData("""[{"op":"remove","path":"/data/nothing"}]""", "Internal error occurred: ")]
    [InlineData("not a patch", "Internal error occurred: ")]
    [InlineData("""[{"op":"replace","path":"/kind","value":"Secret"}]""", "Internal error occurred: the webhook turned a ConfigMap of v1 into a Secret of v1")]
    public async Task A_patch_that_cannot_be_applied_is_an_internal_error(string patch, string message)
    {
        Configure("a", Hook("one.example.com", "/"));
        _server.Respond = (_, _) => WebhookServer.Patch(patch);

        var error = await Assert.ThrowsAsync<ApiException>(() => MutateAsync(Create()));

        Assert.Equal(StatusReason.InternalError, error.Reason);
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_patch_of_something_deleted_is_refused()
    {
        Configure("a", Hook("one.example.com", "/"));
        _server.Respond = (_, _) => WebhookServer.Patch("""[{"op":"add","path":"/data/second","value":"1"}]""");

        var error = await Assert.ThrowsAsync<ApiException>(() => MutateAsync(_fixture.Request(AdmissionOperation.Delete, ConfigMap.Resource, null, Parse(Map))));

        Assert.Equal("Internal error occurred: admission webhook \"one.example.com\" attempted to modify the object, which is not supported for this operation", error.Message);
    }

    [Fact]
    public async Task Warnings_and_annotations_of_the_answer_are_kept()
    {
        Configure("a", Hook("one.example.com", "/"));
        _server.Respond = (_, _) => new JsonObject { ["allowed"] = true, ["warnings"] = new JsonArray("careful"), ["auditAnnotations"] = new JsonObject { ["k"] = "v" } };
        var request = Create();

        await MutateAsync(request);

        Assert.Equal(["careful"], request.Warnings);
        Assert.Equal("v", request.AuditAnnotations["one.example.com/k"]);
        Assert.Equal("""{"configuration":"a","webhook":"one.example.com","mutated":false}""", request.AuditAnnotations["mutation.webhook.admission.k8s.io/round_0_index_0"]);
    }

    [Fact]
    public async Task Webhooks_never_see_the_configuration_of_webhooks()
    {
        Configure("a", Hook("one.example.com", "/", rule: """{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]}"""));
        _server.Respond = (_, _) => WebhookServer.Deny("no");

        await MutateAsync(_fixture.Request(AdmissionOperation.Create, MutatingWebhookConfiguration.Resource, Parse("""{"kind":"MutatingWebhookConfiguration","apiVersion":"admissionregistration.k8s.io/v1","metadata":{"name":"b"}}""")));

        Assert.Empty(_server.Asked);
    }

    [Fact]
    public async Task A_webhook_of_v1beta1_gets_and_gives_that_version()
    {
        Configure("a", Hook("one.example.com", "/", versions: "\"v2\",\"v1beta1\",\"v1\""));
        _server.Raw = _ => (200, """{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1beta1","response":{"allowed":true,"patch":"W3sib3AiOiJhZGQiLCJwYXRoIjoiL2RhdGEvYiIsInZhbHVlIjoiMiJ9XQ=="}}""");

        var map = await MutateAsync(Create());

        Assert.Equal("admission.k8s.io/v1beta1", (string?)Assert.Single(_server.Asked).Review["apiVersion"]);
        Assert.Equal("2", (string?)map["data"]!["b"]);
    }

    private const string Map = """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"m","namespace":"ns"},"data":{"a":"1"}}""";

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;

    private AdmissionRequest Create() => _fixture.Request(AdmissionOperation.Create, ConfigMap.Resource, Parse(Map));

    private async Task<JsonObject> MutateAsync(AdmissionRequest request)
    {
        await _fixture.Chain.MutateAsync(request, CancellationToken.None);
        return request.Object!;
    }

    private string Hook(string name, string path, int timeout = 30, string more = "", string versions = "\"v1\"", string rule = """{"operations":["*"],"apiGroups":[""],"apiVersions":["v1"],"resources":["*"]}""") => $$$"""
        {"name":"{{{name}}}","clientConfig":{"service":{"namespace":"ns","name":"hook","path":"{{{path}}}"},"caBundle":"{{{_server.CaBundle}}}"},
         "rules":[{{{rule}}}],"sideEffects":"None","admissionReviewVersions":[{{{versions}}}],"timeoutSeconds":{{{timeout}}}{{{more}}}}
        """;

    private void Configure(string name, params string[] hooks) =>
        _fixture.Objects.Put(JsonText.Parse<MutatingWebhookConfiguration>($$$"""{"metadata":{"name":"{{{name}}}"},"webhooks":[{{{string.Join(',', hooks)}}}]}"""));
}
