using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests.Kubectl;

/// <summary>Admission policies, written and met with kubectl.</summary>
[Collection(KubectlCollection.Name)]
public sealed class PolicyTests(ApiOnlyServer server) : IAsyncLifetime
{
    private readonly List<string> _made = [];
    private string _namespace = "";

    public async Task InitializeAsync() => _namespace = await server.NewNamespace();

    public async Task DisposeAsync()
    {
        foreach (var policy in _made)
            await server.RunWith(policy, "delete", "--ignore-not-found", "-f", "-");
        await server.Run("delete", "namespace", _namespace, "--wait=false");
    }

    [Fact]
    public async Task A_validating_policy_reads_parameters_and_variables_and_words_its_refusal()
    {
        await Make(Validating("""
              paramKind: {apiVersion: v1, kind: ConfigMap}
              matchConditions: [{name: not-exempt, expression: "!has(object.metadata.labels) || !('exempt' in object.metadata.labels)"}]
              variables: [{name: most, expression: "int(params.data.most)"}, {name: wanted, expression: "object.spec.replicas"}]
              validations:
              - expression: variables.wanted <= variables.most
                messageExpression: "'at most ' + string(variables.most) + ' replicas, not ' + string(variables.wanted)"
                reason: Forbidden
            """, "[Deny]", $"{{name: limits, namespace: {_namespace}, parameterNotFoundAction: Deny}}"));

        var noParams = await server.TryWith(Deployment(1), Apply());
        Assert.Contains("failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction", noParams.Error);

        await server.Run("-n", _namespace, "create", "configmap", "limits", "--from-literal=most=3");
        Assert.Equal("deployment.apps/web created", await server.RunWith(Deployment(3), Apply()));
        var refused = await server.TryWith(Deployment(4), Apply());
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'p-{_namespace}' with binding 'p-{_namespace}' denied request: at most 3 replicas, not 4", refused.Error);
        Assert.Contains("denied request: at most 3", (await server.Try("-n", _namespace, "patch", "deployment/web", "--type=merge", "-p", """{"spec":{"replicas":9}}""")).Error);

        // What the parameters say is asked anew with every request.
        await server.Run("-n", _namespace, "patch", "configmap", "limits", "-p", """{"data":{"most":"9"}}""");
        await server.RunWith(Deployment(9), Apply());
        await server.Run("-n", _namespace, "label", "deployment/web", "exempt=yes");
        await server.Run("-n", _namespace, "patch", "deployment/web", "--type=merge", "-p", """{"spec":{"replicas":10}}""");
    }

    [Fact]
    public async Task A_policy_that_warns_lets_through_and_says_so()
    {
        await Make(Validating("""
              validations: [{expression: "object.spec.replicas % 2 == 0", message: "replicas should be even"}]
              auditAnnotations: [{key: replicas, valueExpression: "string(object.spec.replicas)"}]
            """, "[Warn, Audit]"));

        var warned = await server.TryWith(Deployment(3), Apply());

        Assert.Equal("deployment.apps/web created", warned.Ok());
        Assert.Contains($"Warning: Validation failed for ValidatingAdmissionPolicy 'p-{_namespace}' with binding 'p-{_namespace}': replicas should be even", warned.Error);
        Assert.DoesNotContain("Warning", (await server.TryWith(Deployment(4), Apply())).Error);
    }

    [Fact]
    public async Task A_policy_that_cannot_be_compiled_is_refused_with_the_place()
    {
        var refused = await server.TryWith(Validating("""
              validations: [{expression: "object.spec.replicas <"}]
            """, "[Deny]"), "create", "-f", "-");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("spec.validations[0].expression: Invalid value: \"object.spec.replicas <\": compilation failed: ERROR: <input>:1:", refused.Error);
        await server.Run("delete", "validatingadmissionpolicybinding", $"p-{_namespace}", "--ignore-not-found");
    }

    [Fact]
    public async Task Mutating_policies_apply_configurations_and_patches()
    {
        await Make(Mutating("""
              variables: [{name: team, expression: "object.metadata.namespace"}]
              mutations:
              - patchType: ApplyConfiguration
                applyConfiguration:
                  expression: >
                    Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{
                      containers: [Object.spec.template.spec.containers{name: "side", image: "s:1"}]}}}}
              - patchType: JSONPatch
                jsonPatch:
                  expression: >
                    [JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("example.com/team"), value: variables.team},
                     JSONPatch{op: "test", path: "/spec/replicas", value: 2}, JSONPatch{op: "replace", path: "/spec/replicas", value: 5}]
            """));

        await server.RunWith(Deployment(2), Apply());

        Assert.Equal("c side 5", await server.Run("-n", _namespace, "get", "deployment/web", "-o", "jsonpath={.spec.template.spec.containers[*].name} {.spec.replicas}"));
        Assert.Equal(_namespace, await server.Run("-n", _namespace, "get", "deployment/web", "-o", @"jsonpath={.metadata.labels.example\.com/team}"));
    }

    [Fact]
    public async Task A_mutating_policy_that_fails_refuses_by_its_name()
    {
        await Make(Mutating("""
              mutations:
              - patchType: JSONPatch
                jsonPatch: {expression: '[JSONPatch{op: "remove", path: "/spec/nothing"}]'}
            """));

        var refused = await server.TryWith(Deployment(2), Apply());

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"policy 'p-{_namespace}' with binding 'p-{_namespace}' denied request: ", refused.Error);
        Assert.Contains("NotFound", (await server.Try("-n", _namespace, "get", "deployment/web")).Error);
    }

    private static string[] Apply() => ["apply", "-f", "-"];

    private string Validating(string spec, string actions, string? paramRef = null) => Policy("Validating", spec, $"  validationActions: {actions}\n{(paramRef is null ? "" : $"  paramRef: {paramRef}\n")}");

    private string Mutating(string spec) => Policy("Mutating", spec + "\n  reinvocationPolicy: Never", "");

    private string Policy(string verb, string spec, string binding) => $$$"""
        apiVersion: admissionregistration.k8s.io/v1
        kind: {{{verb}}}AdmissionPolicy
        metadata: {name: p-{{{_namespace}}}}
        spec:
          matchConstraints:
            namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{{_namespace}}}}}
            resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}]
        {{{spec}}}
        ---
        apiVersion: admissionregistration.k8s.io/v1
        kind: {{{verb}}}AdmissionPolicyBinding
        metadata: {name: p-{{{_namespace}}}}
        spec:
          policyName: p-{{{_namespace}}}
        {{{binding}}}
        """;

    private async Task Make(string manifest)
    {
        _made.Add(manifest);
        await server.RunWith(manifest, "apply", "-f", "-");
    }

    private string Deployment(int replicas) => $$$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: {{{_namespace}}}, labels: {app: web}}
        spec:
          replicas: {{{replicas}}}
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: c, image: "a:1"}]
        """;
}
