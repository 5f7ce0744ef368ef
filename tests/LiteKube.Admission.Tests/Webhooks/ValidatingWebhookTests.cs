using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Testing.Webhooks;

namespace LiteKube.Admission.Tests.Webhooks;

public sealed class ValidatingWebhookTests : IAsyncLifetime
{
    private readonly PluginFixture _fixture = new();
    private WebhookServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await WebhookServer.StartAsync();
        _fixture.Dialer.Map("ns", "hook", 443, _server.Port);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("the pod contains unwanted label", 403, "Forbidden", 403, "Forbidden", "admission webhook \"one.example.com\" denied the request: the pod contains unwanted label")]
    [InlineData("no", null, null, 400, "", "admission webhook \"one.example.com\" denied the request: no")]
    [InlineData(null, 422, "Invalid", 422, "Invalid", "admission webhook \"one.example.com\" denied the request: Invalid")]
    [InlineData(null, 200, null, 400, "", "admission webhook \"one.example.com\" denied the request without explanation")]
    public async Task A_refusal_has_the_code_reason_and_words_of_the_webhook(string? said, int? code, string? reason, int status, string statusReason, string message)
    {
        Configure(Hook("one.example.com"));
        _server.Respond = (_, _) => WebhookServer.Deny(said, code, reason);

        var error = await Assert.ThrowsAsync<ApiException>(() => ValidateAsync(Create()));

        Assert.Equal(message, error.Message);
        Assert.Equal(status, error.Status.Code);
        Assert.Equal(statusReason, error.Status.Reason ?? "");
        Assert.Equal("Failure", error.Status.StatusValue);
    }

    [Fact]
    public async Task All_are_asked_and_the_first_in_order_is_heard()
    {
        Configure(Hook("one.example.com", "/one"), Hook("two.example.com", "/two"), Hook("three.example.com", "/three"));
        _server.Respond = (_, path) => path == "/one" ? new JsonObject { ["allowed"] = true } : WebhookServer.Deny(path);

        var error = await Assert.ThrowsAsync<ApiException>(() => ValidateAsync(Create()));

        Assert.Equal("admission webhook \"two.example.com\" denied the request: /two", error.Message);
        Assert.Equal(3, _server.Asked.Count);
    }

    [Fact]
    public async Task A_delete_shows_the_old_object()
    {
        Configure(Hook("one.example.com"));

        await ValidateAsync(_fixture.Request(AdmissionOperation.Delete, ConfigMap.Resource, null, Parse(Map)));

        var request = Assert.Single(_server.Asked).Review["request"]!;
        Assert.Equal("DELETE", (string?)request["operation"]);
        Assert.Null(request["object"]);
        Assert.Equal("m", (string?)request["oldObject"]!["metadata"]!["name"]);
    }

    [Fact]
    public async Task A_webhook_that_does_not_answer_in_time_fails_with_the_address_and_its_timeout()
    {
        Configure(Hook("one.example.com", "/always-allow-delay-5s", timeout: 1));
        _server.Respond = (_, _) => null;

        var error = await Assert.ThrowsAsync<ApiException>(() => ValidateAsync(Create()));

        Assert.Equal(StatusReason.InternalError, error.Reason);
        Assert.Equal(
            "Internal error occurred: failed calling webhook \"one.example.com\": failed to call webhook: Post \"https://hook.ns.svc:443/always-allow-delay-5s?timeout=1s\": context deadline exceeded",
            error.Message);
    }

    [Fact]
    public async Task A_failure_is_passed_over_where_the_policy_is_Ignore()
    {
        Configure(Hook("one.example.com", service: "gone", more: ",\"failurePolicy\":\"Ignore\""));
        var request = Create();

        await ValidateAsync(request);

        Assert.Equal("one.example.com", request.AuditAnnotations["failed-open.validating.webhook.admission.k8s.io/round_0_index_0"]);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_named()
    {
        Configure(Hook("one.example.com", service: "gone"));

        var error = await Assert.ThrowsAsync<ApiException>(() => ValidateAsync(Create()));

        Assert.Equal("Internal error occurred: failed calling webhook \"one.example.com\": failed to call webhook: Post \"https://gone.ns.svc:443/?timeout=30s\": service \"gone\" not found", error.Message);
    }

    [Fact]
    public async Task A_server_that_the_bundle_does_not_vouch_for_is_not_trusted()
    {
        await using var other = await WebhookServer.StartAsync();
        Configure(Hook("one.example.com", bundle: other.CaBundle));

        var error = await Assert.ThrowsAsync<ApiException>(() => ValidateAsync(Create()));

        Assert.Equal(StatusReason.InternalError, error.Reason);
        Assert.EndsWith("tls: failed to verify certificate: x509: certificate signed by unknown authority", error.Message, StringComparison.Ordinal);
        Assert.Empty(_server.Asked);
    }

    [Fact]
    public async Task A_server_under_another_name_is_not_trusted()
    {
        await using var other = await WebhookServer.StartAsync("other.ns.svc");
        _fixture.Dialer.Map("ns", "hook", 443, other.Port);
        Configure(Hook("one.example.com", bundle: other.CaBundle));

        var error = await Assert.ThrowsAsync<ApiException>(() => ValidateAsync(Create()));

        Assert.Contains("certificate is not valid for the name asked for, hook.ns.svc", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_bundle_the_machines_roots_decide()
    {
        Configure(Hook("one.example.com", bundle: ""));

        var error = await Assert.ThrowsAsync<ApiException>(() => ValidateAsync(Create()));

        Assert.Contains("certificate signed by unknown authority", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_url_is_called_as_it_stands()
    {
        Configure($$$"""
            {"name":"one.example.com","clientConfig":{"url":"https://127.0.0.1:{{{_server.Port}}}/check","caBundle":"{{{_server.CaBundle}}}"},
             "rules":[{"operations":["*"],"apiGroups":[""],"apiVersions":["v1"],"resources":["*"]}],"sideEffects":"None","admissionReviewVersions":["v1"]}
            """);

        await ValidateAsync(Create());

        Assert.Equal("/check?timeout=10s", Assert.Single(_server.Asked).Path);
        Assert.Equal(0, _fixture.Dialer.Dials);
    }

    [Fact]
    public async Task Calls_share_connections()
    {
        Configure(Hook("one.example.com"));

        for (var i = 0; i < 5; i++)
            await ValidateAsync(Create());

        Assert.Equal(5, _server.Asked.Count);
        Assert.Equal(1, _fixture.Dialer.Dials);
    }

    [Theory]
    [InlineData(500, "boom", "failed to call webhook: an error on the server (\"boom\") has prevented the request from succeeding")]
    [InlineData(404, "", "failed to call webhook: the server could not find the requested resource")]
    [InlineData(200, "{}", "received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got , Kind=")]
    [InlineData(200, """{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}""", "received invalid webhook response: webhook response was absent")]
    [InlineData(200, """{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"x","allowed":true}}""", "received invalid webhook response: expected response.uid=\"")]
    public async Task An_answer_that_is_none_counts_as_a_failure(int code, string body, string message)
    {
        Configure(Hook("one.example.com"));
        _server.Raw = _ => (code, body);

        var error = await Assert.ThrowsAsync<ApiException>(() => ValidateAsync(Create()));

        Assert.StartsWith($"Internal error occurred: failed calling webhook \"one.example.com\": {message}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("None", true)]
    [InlineData("NoneOnDryRun", true)]
    [InlineData("Some", false)]
    public async Task A_dry_run_calls_only_what_has_no_side_effects(string sideEffects, bool called)
    {
        Configure(Hook("one.example.com", sideEffects: sideEffects));
        var request = _fixture.Request(AdmissionOperation.Create, ConfigMap.Resource, Parse(Map), dryRun: true);

        if (called)
        {
            await ValidateAsync(request);
            Assert.True((bool)Assert.Single(_server.Asked).Review["request"]!["dryRun"]!);
        }
        else
        {
            var error = await Assert.ThrowsAsync<ApiException>(() => ValidateAsync(request));
            Assert.Equal(StatusReason.BadRequest, error.Reason);
            Assert.Equal("admission webhook \"one.example.com\" does not support dry run", error.Message);
        }
    }

    [Fact]
    public async Task A_connection_is_shown_with_its_options()
    {
        Configure(Hook("one.example.com", rule: """{"operations":["CONNECT"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods/attach"]}"""));
        _server.Respond = (_, _) => WebhookServer.Deny("attaching to pod 'p' is not allowed", 403, "Forbidden");
        var request = _fixture.Request(AdmissionOperation.Connect, Pod.Resource, Parse("""{"kind":"PodAttachOptions","apiVersion":"v1","stdin":true}"""), subresource: "attach");

        var error = await Assert.ThrowsAsync<ApiException>(() => ValidateAsync(request));

        Assert.EndsWith("attaching to pod 'p' is not allowed", error.Message, StringComparison.Ordinal);
        var asked = Assert.Single(_server.Asked).Review["request"]!;
        Assert.Equal("CONNECT", (string?)asked["operation"]);
        Assert.Equal("PodAttachOptions", (string?)asked["object"]!["kind"]);
        Assert.Equal("attach", (string?)asked["subResource"]);
    }

    [Fact]
    public async Task A_server_that_refuses_connections_is_a_failure()
    {
        // A port that was free a moment ago.
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _fixture.Dialer.Map("ns", "hook", 443, ((IPEndPoint)socket.LocalEndPoint!).Port);
        Configure(Hook("one.example.com"));

        var error = await Assert.ThrowsAsync<ApiException>(() => ValidateAsync(Create()));

        Assert.Contains("failed to call webhook: Post \"https://hook.ns.svc:443/?timeout=30s\": ", error.Message, StringComparison.Ordinal);
    }

    private const string Map = """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"m","namespace":"ns"},"data":{"a":"1"}}""";

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;

    private AdmissionRequest Create() => _fixture.Request(AdmissionOperation.Create, ConfigMap.Resource, Parse(Map));

    private async Task ValidateAsync(AdmissionRequest request) => await _fixture.Chain.ValidateAsync(request, CancellationToken.None);

    private string Hook(
        string name, string path = "/", int timeout = 30, string more = "", string service = "hook", string? bundle = null, string sideEffects = "None",
        string rule = """{"operations":["*"],"apiGroups":[""],"apiVersions":["v1"],"resources":["*"]}""") => $$$"""
        {"name":"{{{name}}}","clientConfig":{"service":{"namespace":"ns","name":"{{{service}}}","path":"{{{path}}}"},"caBundle":"{{{bundle ?? _server.CaBundle}}}"},
         "rules":[{{{rule}}}],"sideEffects":"{{{sideEffects}}}","admissionReviewVersions":["v1"],"timeoutSeconds":{{{timeout}}}{{{more}}}}
        """;

    private void Configure(params string[] hooks) =>
        _fixture.Objects.Put(JsonText.Parse<ValidatingWebhookConfiguration>($$$"""{"metadata":{"name":"a"},"webhooks":[{{{string.Join(',', hooks)}}}]}"""));
}
