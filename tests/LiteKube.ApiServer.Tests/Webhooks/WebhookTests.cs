using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.Testing.Webhooks;

namespace LiteKube.ApiServer.Tests.Webhooks;

/// <summary>Webhooks on the real server, behind Services that it resolves by itself.</summary>
[Collection(ApiHostCollection.Name)]
public sealed class WebhookTests(ApiHost host) : IAsyncLifetime
{
    private const string Configurations = "/apis/admissionregistration.k8s.io/v1/";

    private readonly List<string> _made = [];
    private WebhookServer _server = null!;
    private string _ns = "";

    private ApiClient Api => host.Admin;

    public async Task InitializeAsync()
    {
        _ns = await host.NamespaceAsync();
        await Api.MergeAsync($"/api/v1/namespaces/{_ns}", $$$$"""{"metadata":{"labels":{"hooked":"{{{{_ns}}}}"}}}""");
        _server = await WebhookServer.StartAsync($"hook.{_ns}.svc");
        var address = host.Dialer.NextAddress();
        host.Dialer.Map($"{address}:8444", _server.Port);
        await Api.CreateAsync($"/api/v1/namespaces/{_ns}/services", """{"metadata":{"name":"hook"},"spec":{"ports":[{"port":8443,"targetPort":8444}]}}""");
        await Api.CreateAsync(
            $"/apis/discovery.k8s.io/v1/namespaces/{_ns}/endpointslices",
            $$$"""{"metadata":{"name":"hook-1","labels":{"kubernetes.io/service-name":"hook"}},"addressType":"IPv4","endpoints":[{"addresses":["{{{address}}}"]}],"ports":[{"port":8444}]}""");
    }

    public async Task DisposeAsync()
    {
        foreach (var path in _made)
            await Api.DeleteAsync(path);
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_validating_webhook_refuses_create_update_patch_and_delete()
    {
        await ConfigureAsync("validatingwebhookconfigurations", Hook());
        await Api.CreateAsync(Maps, """{"metadata":{"name":"good"},"data":{"k":"v"}}""");
        _server.Respond = (request, _) => Unwanted(request["object"]) || Unwanted(request["oldObject"])
            ? WebhookServer.Deny("the configmap contains unwanted key and value") : new JsonObject { ["allowed"] = true };

        var refused = (await Api.PostAsync(Maps, """{"metadata":{"name":"bad"},"data":{"webhook-e2e-test":"webhook-disallow"}}""")).Expect(400);
        Assert.Equal("admission webhook \"hook.example.com\" denied the request: the configmap contains unwanted key and value", refused.Message);
        (await Api.PutAsync($"{Maps}/good", """{"metadata":{"name":"good"},"data":{"webhook-e2e-test":"webhook-disallow"}}""")).Expect(400);
        (await Api.MergeAsync($"{Maps}/good", """{"data":{"webhook-e2e-test":"webhook-disallow"}}""")).Expect(400);
        _server.Respond = (_, _) => WebhookServer.Deny("stay", 403, "Forbidden");
        (await Api.DeleteAsync($"{Maps}/good")).Expect(403);
        _server.Respond = (_, _) => new JsonObject { ["allowed"] = true };
        (await Api.DeleteAsync($"{Maps}/good")).Expect(200);
    }

    [Fact]
    public async Task What_a_mutating_webhook_adds_is_defaulted_stored_and_stripped_of_what_nobody_knows()
    {
        await ConfigureAsync("mutatingwebhookconfigurations", Hook("""{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"]}"""));
        _server.Respond = (_, _) => WebhookServer.Patch(
            """[{"op":"add","path":"/spec/initContainers","value":[{"name":"i","image":"x","resources":{},"nonsense":1}]},{"op":"add","path":"/metadata/labels","value":{"a":"b"}}]""");

        var pod = await Api.CreateAsync($"/api/v1/namespaces/{_ns}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"x"}]}}""");

        var added = pod.Body["spec"]!["initContainers"]![0]!;
        Assert.Equal("File", (string?)added["terminationMessagePolicy"]);
        Assert.Null(added["nonsense"]);
        Assert.Equal("b", (string?)(await Api.GetAsync($"/api/v1/namespaces/{_ns}/pods/p")).Metadata["labels"]!["a"]);
    }

    [Fact]
    public async Task What_a_mutating_webhook_makes_of_an_object_is_validated()
    {
        await ConfigureAsync("mutatingwebhookconfigurations", Hook());
        _server.Respond = (_, _) => WebhookServer.Patch("""[{"op":"add","path":"/metadata/labels","value":{"a b":"c"}}]""");

        var refused = (await Api.PostAsync(Maps, """{"metadata":{"name":"m"}}""")).Expect(422);

        Assert.Contains("metadata.labels", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_equivalent_version_is_shown_in_the_form_that_the_rule_names()
    {
        await ConfigureAsync("mutatingwebhookconfigurations", Hook("""{"operations":["CREATE"],"apiGroups":["autoscaling"],"apiVersions":["v1"],"resources":["horizontalpodautoscalers"]}"""));
        _server.Respond = (_, _) => WebhookServer.Patch("""[{"op":"replace","path":"/spec/targetCPUUtilizationPercentage","value":42}]""");

        var made = await Api.CreateAsync($"/apis/autoscaling/v2/namespaces/{_ns}/horizontalpodautoscalers", """
            {"metadata":{"name":"h"},"spec":{"maxReplicas":3,"scaleTargetRef":{"kind":"Deployment","apiVersion":"apps/v1","name":"d"},
             "metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]}}
            """);

        var request = Assert.Single(_server.Asked).Review["request"]!;
        Assert.Equal("v1", (string?)request["resource"]!["version"]);
        Assert.Equal("v2", (string?)request["requestResource"]!["version"]);
        Assert.Equal("autoscaling/v1", (string?)request["object"]!["apiVersion"]);
        Assert.Equal(80, (int?)request["object"]!["spec"]!["targetCPUUtilizationPercentage"]);
        Assert.Equal(42, (int?)made.Body["spec"]!["metrics"]![0]!["resource"]!["target"]!["averageUtilization"]);
    }

    [Fact]
    public async Task A_scale_is_shown_as_a_Scale_and_may_be_changed()
    {
        await Api.CreateAsync($"/apis/apps/v1/namespaces/{_ns}/deployments", """
            {"metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"x"}]}}}}
            """);
        await ConfigureAsync("mutatingwebhookconfigurations", Hook("""{"operations":["UPDATE"],"apiGroups":["apps"],"apiVersions":["v1"],"resources":["deployments/scale"]}"""));
        _server.Respond = (_, _) => WebhookServer.Patch("""[{"op":"replace","path":"/spec/replicas","value":2}]""");

        var scaled = (await Api.MergeAsync($"/apis/apps/v1/namespaces/{_ns}/deployments/d/scale", """{"spec":{"replicas":5}}""")).Expect(200);

        Assert.Equal(2, (int?)scaled.Body["spec"]!["replicas"]);
        var request = Assert.Single(_server.Asked).Review["request"]!;
        Assert.Equal("""{"group":"autoscaling","version":"v1","kind":"Scale"}""", request["kind"]!.ToJsonString());
        Assert.Equal(5, (int?)request["object"]!["spec"]!["replicas"]);
        Assert.Equal(1, (int?)request["oldObject"]!["spec"]!["replicas"]);
        Assert.Equal("UpdateOptions", (string?)request["options"]!["kind"]);
    }

    [Fact]
    public async Task How_to_delete_is_shown_as_it_was_sent()
    {
        await Api.CreateAsync(Maps, """{"metadata":{"name":"m"}}""");
        await ConfigureAsync("validatingwebhookconfigurations", Hook("""{"operations":["DELETE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"]}"""));

        (await Api.DeleteAsync($"{Maps}/m", """{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":7,"propagationPolicy":"Orphan","dryRun":["All"]}""")).Expect(200);
        (await Api.DeleteAsync($"{Maps}/m?propagationPolicy=Background")).Expect(200);

        var options = _server.Asked.Select(a => a.Review["request"]!["options"]!.ToJsonString()).ToList();
        Assert.Equal("""{"kind":"DeleteOptions","apiVersion":"meta.k8s.io/v1","gracePeriodSeconds":7,"propagationPolicy":"Orphan","dryRun":["All"]}""", options[0]);
        Assert.Equal("""{"kind":"DeleteOptions","apiVersion":"meta.k8s.io/v1","propagationPolicy":"Background"}""", options[1]);
        Assert.Equal(true, (bool?)_server.Asked.First().Review["request"]!["dryRun"]);
    }

    [Fact]
    public async Task Warnings_of_a_webhook_reach_the_client()
    {
        await ConfigureAsync("validatingwebhookconfigurations", Hook());
        _server.Respond = (_, _) => new JsonObject { ["allowed"] = true, ["warnings"] = new JsonArray("think twice") };

        var made = await Api.CreateAsync(Maps, """{"metadata":{"name":"m"}}""");

        Assert.Contains(made.Response.Headers.Warning, w => w.Text == "\"think twice\"");
    }

    [Fact]
    public async Task An_attach_can_be_refused()
    {
        await Api.CreateAsync($"/api/v1/namespaces/{_ns}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"x"}]}}""");
        await ConfigureAsync("validatingwebhookconfigurations", Hook("""{"operations":["CONNECT"],"apiGroups":["*"],"apiVersions":["*"],"resources":["pods/attach"]}"""));
        _server.Respond = (request, _) => WebhookServer.Deny($"attaching to pod '{request["name"]}' is not allowed");

        var refused = await Api.PostAsync($"/api/v1/namespaces/{_ns}/pods/p/attach?stdin=true", "");

        Assert.Contains("attaching to pod 'p' is not allowed", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"short","clientConfig":{"url":"https://a/b"},"sideEffects":"None","admissionReviewVersions":["v1"]}""", "webhooks[0].name: Invalid value: \"short\": should be a domain with at least three segments separated by dots")]
    [InlineData("""{"name":"a.b.c","clientConfig":{"url":"http://a/b"},"sideEffects":"None","admissionReviewVersions":["v1"]}""", "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: https://host[/path]")]
    [InlineData("""{"name":"a.b.c","clientConfig":{},"sideEffects":"None","admissionReviewVersions":["v1"]}""", "webhooks[0].clientConfig: Required value: exactly one of url or service is required")]
    [InlineData("""{"name":"a.b.c","clientConfig":{"url":"https://a/b"},"sideEffects":"Some","admissionReviewVersions":["v1"]}""", "webhooks[0].sideEffects: Unsupported value: \"Some\"")]
    [InlineData("""{"name":"a.b.c","clientConfig":{"url":"https://a/b"},"sideEffects":"None","admissionReviewVersions":["v3"]}""", "webhooks[0].admissionReviewVersions: Invalid value: [\"v3\"]: must include at least one of v1, v1beta1")]
    [InlineData("""{"name":"a.b.c","clientConfig":{"url":"https://a/b"},"sideEffects":"None","admissionReviewVersions":["v1"],"timeoutSeconds":31}""", "webhooks[0].timeoutSeconds: Invalid value: 31: ")]
    [InlineData("""{"name":"a.b.c","clientConfig":{"service":{"name":"s","namespace":"n","path":"x"}},"sideEffects":"None","admissionReviewVersions":["v1"]}""", "webhooks[0].clientConfig.service.path: Invalid value: \"x\": must start with a '/'")]
    [InlineData("""{"name":"a.b.c","clientConfig":{"url":"https://a/b"},"sideEffects":"None","admissionReviewVersions":["v1"],"rules":[{"operations":["*","CREATE"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]}]}""", "webhooks[0].rules[0].operations: Invalid value: [\"*\",\"CREATE\"]: if '*' is present, must not specify other operations")]
    [InlineData("""{"name":"a.b.c","clientConfig":{"url":"https://a/b"},"sideEffects":"None","admissionReviewVersions":["v1"],"rules":[{"operations":["PATCH"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]}]}""", "webhooks[0].rules[0].operations[0]: Unsupported value: \"PATCH\": supported values: \"*\", \"CONNECT\", \"CREATE\", \"DELETE\", \"UPDATE\"")]
    public async Task A_configuration_that_cannot_be_is_refused(string hook, string message)
    {
        var refused = (await Api.PostAsync($"{Configurations}validatingwebhookconfigurations", $$$"""{"metadata":{"name":"x"},"webhooks":[{{{hook}}}]}""")).Expect(422);

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_is_made_with_its_defaults()
    {
        var made = await ConfigureAsync("mutatingwebhookconfigurations", Hook());

        var hook = made.Body["webhooks"]![0]!;
        Assert.Equal(("Fail", "Equivalent", 10, "Never"), ((string?)hook["failurePolicy"], (string?)hook["matchPolicy"], (int?)hook["timeoutSeconds"], (string?)hook["reinvocationPolicy"]));
        Assert.Equal("*", (string?)hook["rules"]![0]!["scope"]);
        Assert.Equal(1, (int?)made.Metadata["generation"]);
    }

    private string Maps => $"/api/v1/namespaces/{_ns}/configmaps";

    private static bool Unwanted(JsonNode? map) => (string?)map?["data"]?["webhook-e2e-test"] == "webhook-disallow";

    private string Hook(string rule = """{"operations":["*"],"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"]}""") => $$$"""
        {"name":"hook.example.com","clientConfig":{"service":{"namespace":"{{{_ns}}}","name":"hook","port":8443,"path":"/"},"caBundle":"{{{_server.CaBundle}}}"},
         "rules":[{{{rule}}}],"namespaceSelector":{"matchLabels":{"hooked":"{{{_ns}}}"}},"sideEffects":"None","admissionReviewVersions":["v1","v1beta1"]}
        """;

    private async Task<ApiAnswer> ConfigureAsync(string plural, string hook)
    {
        var made = await Api.CreateAsync($"{Configurations}{plural}", $$$"""{"metadata":{"name":"{{{_ns}}}"},"webhooks":[{{{hook}}}]}""");
        _made.Add($"{Configurations}{plural}/{_ns}");
        return made;
    }
}
