using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.CustomResources;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Policies;

/// <summary>Admission policies on the real server; each for the one namespace of its test.</summary>
[Collection(ApiHostCollection.Name)]
public sealed class AdmissionPolicyTests(ApiHost host) : IAsyncLifetime
{
    private const string Group = "/apis/admissionregistration.k8s.io/v1";

    private readonly List<string> _made = [];
    private string _ns = "";

    private ApiClient Api => host.Admin;

    private string Maps => $"/api/v1/namespaces/{_ns}/configmaps";

    public async Task InitializeAsync() => _ns = await host.NamespaceAsync();

    public async Task DisposeAsync()
    {
        foreach (var path in _made)
            await Api.DeleteAsync(path);
        // What is served changes with a definition's end, a moment after its deletion: other tests look at that twice.
        foreach (var path in _made.Where(p => p.Contains("/customresourcedefinitions/", StringComparison.Ordinal)))
            await DefinitionTests.Eventually(async () => (await Api.GetAsync(path)).Code == 404);
    }

    [Fact]
    public async Task A_validating_policy_denies_with_422_and_holds_from_the_next_request_on()
    {
        await MakeAsync("validatingadmissionpolicies", """{"validations":[{"expression":"object.data.a == '1'","message":"a must be 1"}]}""", "configmaps", "");
        await MakeAsync("validatingadmissionpolicybindings", $$"""{"policyName":"p-{{_ns}}","validationActions":["Deny"]}""");

        var denied = (await Api.PostAsync(Maps, """{"metadata":{"name":"m"},"data":{"a":"2"}}""")).Expect(422);

        Assert.Equal($"configmaps \"m\" is forbidden: ValidatingAdmissionPolicy 'p-{_ns}' with binding 'p-{_ns}' denied request: a must be 1", denied.Message);
        (await Api.PostAsync(Maps, """{"metadata":{"name":"m"},"data":{"a":"1"}}""")).Expect(201);
    }

    [Fact]
    public async Task The_authorizer_answers_for_the_user_of_the_request()
    {
        await MakeAsync("validatingadmissionpolicies", """
            {"validations":[
              {"expression":"authorizer.group('').resource('configmaps').namespace('default').check('create').allowed()"},
              {"expression":"authorizer.requestResource.check('create').allowed()"},
              {"expression":"!authorizer.serviceAccount('default','default').group('').resource('secrets').namespace('default').check('get').allowed()"},
              {"expression":"authorizer.path('/healthz').check('get').allowed()"}]}
            """, "configmaps", "");
        await MakeAsync("validatingadmissionpolicybindings", $$"""{"policyName":"p-{{_ns}}","validationActions":["Deny"]}""");
        (await Api.PostAsync(Maps, """{"metadata":{"name":"m"}}""")).Expect(201);
    }

    [Fact]
    public async Task A_mutating_policy_changes_what_is_answered_and_stored()
    {
        await MakeAsync("mutatingadmissionpolicies", """
            {"reinvocationPolicy":"Never","mutations":[
              {"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{metadata: Object.metadata{annotations: {\"mutated-by\": \"admission-policy\"}}}"}},
              {"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{spec: Object.spec{replicas: 1337}}"}}]}
            """, "deployments", "apps");
        await MakeAsync("mutatingadmissionpolicybindings", $$"""{"policyName":"p-{{_ns}}"}""");
        var path = $"/apis/apps/v1/namespaces/{_ns}/deployments";

        var made = await Api.CreateAsync(path, """{"metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"x"}]}}}}""");

        Assert.Equal("1337", made.Body["spec"]!["replicas"]!.ToJsonString());
        Assert.Equal("admission-policy", (string?)(await Api.GetAsync($"{path}/d")).Expect(200).Body["metadata"]!["annotations"]!["mutated-by"]);
    }

    [Fact]
    public async Task An_expression_that_does_not_compile_is_refused_when_it_is_written()
    {
        var refused = (await Api.PostAsync($"{Group}/validatingadmissionpolicies", Policy("""{"validations":[{"expression":"object.x > "}]}""", "configmaps", ""))).Expect(422);
        Assert.Contains("spec.validations[0].expression: Invalid value: \"object.x > \": compilation failed: ERROR: <input>:1:12: Syntax error", refused.Message, StringComparison.Ordinal);
        refused = (await Api.PostAsync($"{Group}/validatingadmissionpolicies", Policy("""{"validations":[]}""", "configmaps", ""))).Expect(422);
        Assert.Contains("spec.validations: Required value: validations or auditAnnotations must contain at least one item", refused.Message, StringComparison.Ordinal);
        refused = (await Api.PostAsync($"{Group}/validatingadmissionpolicybindings", """{"metadata":{"name":"x"},"spec":{"policyName":"p","validationActions":["Deny","Warn"]}}""")).Expect(422);
        Assert.Contains("must not contain both Deny and Warn", refused.Message, StringComparison.Ordinal);
        refused = (await Api.PostAsync($"{Group}/mutatingadmissionpolicies", Policy("""{"reinvocationPolicy":"Never","mutations":[{"patchType":"JSONPatch","applyConfiguration":{"expression":"Object{}"}}]}""", "configmaps", ""))).Expect(422);
        Assert.Contains("spec.mutations[0].jsonPatch: Required value", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_says_what_type_checking_found()
    {
        await MakeAsync("validatingadmissionpolicies", """{"validations":[{"expression":"object.spec.zzz > 1"},{"expression":"object.spec.replicas > 1"}]}""", "deployments", "apps");

        JsonNode? status = null;
        for (var i = 0; i < 600 && (status = (await Api.GetAsync($"{Group}/validatingadmissionpolicies/p-{_ns}")).Expect(200).Body["status"])?["observedGeneration"] is null; i++)
            await Task.Delay(100);

        Assert.Equal("1", status?["observedGeneration"]?.ToJsonString());
        var warning = Assert.Single(status!["typeChecking"]!["expressionWarnings"]!.AsArray())!;
        Assert.Equal("spec.validations[0].expression", (string?)warning["fieldRef"]);
        Assert.StartsWith("apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'zzz'", (string?)warning["warning"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Custom_resources_are_mutated_by_their_schema_and_serve_as_parameters()
    {
        var group = $"{_ns}.example.com";
        await Api.CreateAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", $$$$"""
            {"metadata":{"name":"limits.{{{{group}}}}"},"spec":{"group":"{{{{group}}}}","scope":"Namespaced","names":{"plural":"limits","kind":"Limit"},
            "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"most":{"type":"integer"},"note":{"type":"string"} } } } }]}}
            """);
        _made.Add($"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/limits.{group}");
        var limits = $"/apis/{group}/v1/namespaces/{_ns}/limits";
        for (var i = 0; i < 600 && (await Api.GetAsync(limits)).Code != 200; i++)
            await Task.Delay(100);
        await MakeAsync("mutatingadmissionpolicies", """
            {"reinvocationPolicy":"Never","mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{note: 'at most ' + string(object.most)}"}}]}
            """, "limits", group);
        await MakeAsync("mutatingadmissionpolicybindings", $$"""{"policyName":"p-{{_ns}}"}""");
        await MakeAsync("validatingadmissionpolicies", $$$"""{"paramKind":{"apiVersion":"{{{group}}}/v1","kind":"Limit"},"validations":[{"expression":"size(object.data) <= params.most","messageExpression":"string(params.note)"}]}""", "configmaps", "");
        await MakeAsync("validatingadmissionpolicybindings", $$$"""{"policyName":"p-{{{_ns}}}","validationActions":["Deny"],"paramRef":{"name":"l","parameterNotFoundAction":"Deny"}}""");

        var made = await Api.CreateAsync(limits, $$$"""{"apiVersion":"{{{group}}}/v1","kind":"Limit","metadata":{"name":"l"},"most":1}""");

        Assert.Equal("at most 1", (string?)made.Body["note"]);
        (await Api.PostAsync(Maps, """{"metadata":{"name":"m"},"data":{"a":"1"}}""")).Expect(201);
        Assert.EndsWith("denied request: at most 1", (await Api.PostAsync(Maps, """{"metadata":{"name":"n"},"data":{"a":"1","b":"2"}}""")).Expect(422).Message, StringComparison.Ordinal);
    }

    private async Task MakeAsync(string plural, string spec, string? resource = null, string group = "")
    {
        var body = resource is null ? $$"""{"metadata":{"name":"p-{{_ns}}"},"spec":{{spec}}}""" : Policy(spec, resource, group);
        await Api.CreateAsync($"{Group}/{plural}", body);
        _made.Add($"{Group}/{plural}/p-{_ns}");
    }

    private string Policy(string spec, string resource, string group)
    {
        var tree = JsonNode.Parse(spec)!;
        tree["matchConstraints"] = JsonNode.Parse($$$"""
            {"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"{{{_ns}}}"}},
            "resourceRules":[{"apiGroups":["{{{group}}}"],"apiVersions":["v1"],"operations":["CREATE","UPDATE"],"resources":["{{{resource}}}"]}]}
            """);
        return new JsonObject { ["metadata"] = new JsonObject { ["name"] = $"p-{_ns}" }, ["spec"] = tree }.ToJsonString();
    }
}
