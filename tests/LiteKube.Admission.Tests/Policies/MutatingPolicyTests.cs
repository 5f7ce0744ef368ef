using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Apps.V1;
using LiteKube.Api.Core.V1;

namespace LiteKube.Admission.Tests.Policies;

public sealed class MutatingPolicyTests
{
    private const string AllPods = """{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["*"],"resources":["pods"]}]}""";
    private const string AllDeployments = """{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["*"],"resources":["deployments"]}]}""";

    private readonly PolicyFixture _fixture = new();

    [Fact]
    public async Task An_apply_configuration_is_merged_into_the_object()
    {
        Apply("""Object{metadata: Object.metadata{annotations: {"mutated-by": "admission-policy"}}, data: {"b": object.data.a + "!"}}""");

        var map = await _fixture.MutateAsync(_fixture.Map());

        Assert.Equal("admission-policy", (string?)map["metadata"]!["annotations"]!["mutated-by"]);
        Assert.Equal("""{"a":"1","b":"1!"}""", map["data"]!.ToJsonString());
    }

    [Fact]
    public async Task Numbers_replace_numbers()
    {
        Apply("Object{spec: Object.spec{replicas: 1337}}", AllDeployments);
        var deployment = await _fixture.MutateAsync(_fixture.Plugins.Request(AdmissionOperation.Create, Deployment.Resource, PolicyFixture.Parse(
            """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"ns"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"x"}]}}}}""")));
        Assert.Equal("1337", deployment["spec"]!["replicas"]!.ToJsonString());
    }

    [Fact]
    public async Task Lists_with_keys_are_merged_by_them()
    {
        Apply("""Object{spec: Object.spec{containers: [Object.spec.containers{name: "c", env: [Object.spec.containers.env{name: "B", value: "2"}]}, Object.spec.containers{name: "side", image: "y"}]}}""", AllPods);
        var pod = await _fixture.MutateAsync(Pod("""[{"name":"c","image":"x","env":[{"name":"A","value":"1"}]}]"""));
        var containers = pod["spec"]!["containers"]!.AsArray();
        Assert.Equal(["c", "side"], containers.Select(c => (string?)c!["name"]));
        Assert.Equal("x", (string?)containers[0]!["image"]);
        Assert.Equal(["A", "B"], containers[0]!["env"]!.AsArray().Select(e => (string?)e!["name"]).Order());
    }

    [Fact]
    public async Task An_optional_field_that_is_none_is_left_out()
    {
        Apply("""Object{metadata: Object.metadata{?annotations: has(object.zzz) ? optional.of({"a": "b"}) : optional.none()}, data: {"b": "2"}}""");
        var map = await _fixture.MutateAsync(_fixture.Map());
        Assert.Null(map["metadata"]!["annotations"]);
        Assert.Equal("2", (string?)map["data"]!["b"]);
    }

    [Fact]
    public async Task Atomic_lists_may_not_be_set()
    {
        Apply("""Object{spec: Object.spec{containers: [Object.spec.containers{name: "c", args: ["a"]}]}}""", AllPods);
        var denied = await Assert.ThrowsAsync<ApiException>(() => _fixture.MutateAsync(Pod("""[{"name":"c","image":"x"}]""")));
        Assert.Equal("policy 'policy' with binding 'binding' denied request: error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.containers[0].args", denied.Message);
    }

    [Fact]
    public async Task A_constructor_in_the_wrong_place_is_refused()
    {
        Apply("Object{spec: Object.metadata{name: 'x'}}");
        var denied = await Assert.ThrowsAsync<ApiException>(() => _fixture.MutateAsync(_fixture.Map()));
        Assert.EndsWith("type mismatch: unexpected type name \"Object.metadata\", expected \"Object.spec\", which matches field name path from root Object type", denied.Message, StringComparison.Ordinal);
        Assert.Equal(StatusReason.Invalid, denied.Reason);
    }

    [Fact]
    public async Task A_JSON_patch_is_carried_out()
    {
        Patch("""[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("example.com/x"), value: "y"}, JSONPatch{op: "replace", path: "/data", value: {"k": object.data.a}}]""");
        var map = await _fixture.MutateAsync(_fixture.Map());
        Assert.Equal("y", (string?)map["metadata"]!["labels"]!["example.com/x"]);
        Assert.Equal("""{"k":"1"}""", map["data"]!.ToJsonString());
    }

    [Fact]
    public async Task A_JSON_patch_may_hold_constructed_values()
    {
        Patch("""[JSONPatch{op: "add", path: "/spec/containers/-", value: Object.spec.containers{name: "side", image: "y"}}]""", AllPods);
        var pod = await _fixture.MutateAsync(Pod("""[{"name":"c","image":"x"}]"""));
        Assert.Equal("side", (string?)pod["spec"]!["containers"]![1]!["name"]);
    }

    [Fact]
    public async Task A_JSON_patch_whose_test_fails_changes_nothing()
    {
        Patch("""[JSONPatch{op: "test", path: "/data/a", value: "other"}, JSONPatch{op: "remove", path: "/data"}]""");
        Assert.NotNull((await _fixture.MutateAsync(_fixture.Map()))["data"]);
    }

    [Fact]
    public async Task A_JSON_patch_that_cannot_be_carried_out_denies()
    {
        Patch("""[JSONPatch{op: "remove", path: "/zzz"}]""");
        var denied = await Assert.ThrowsAsync<ApiException>(() => _fixture.MutateAsync(_fixture.Map()));
        Assert.Contains("denied request: JSONPath: remove operation does not apply", denied.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_mutation_sees_the_one_before_it_and_variables_are_computed_anew()
    {
        _fixture.Mutating("""
            "variables":[{"name":"n","expression":"size(object.data)"}],"mutations":[
              {"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{data: {'first': string(variables.n)}}"}},
              {"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{data: {'second': string(variables.n)}}"}}]
            """);
        _fixture.BindMutating();
        Assert.Equal("""{"a":"1","first":"1","second":"2"}""", (await _fixture.MutateAsync(_fixture.Map()))["data"]!.ToJsonString());
    }

    [Fact]
    public async Task A_policy_that_wants_to_is_run_again_after_a_later_one_changed_the_object()
    {
        _fixture.Mutating("""
            "reinvocationPolicy":"IfNeeded","mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{data: {'seen': string(size(object.data))}}"}}]
            """, "a");
        _fixture.BindMutating(name: "a", policy: "a");
        _fixture.Mutating("""
            "matchConditions":[{"name":"once","expression":"!has(object.data.late)"}],"mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{data: {'late': 'x'}}"}}]
            """, "b");
        _fixture.BindMutating(name: "b", policy: "b");
        // One entry at first; three when it runs again.
        Assert.Equal("3", (string?)(await _fixture.MutateAsync(_fixture.Map()))["data"]!["seen"]);
    }

    [Fact]
    public async Task A_policy_that_does_not_want_to_is_not_run_again()
    {
        _fixture.Mutating("""
            "mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{data: {'seen': string(size(object.data))}}"}}]
            """, "a");
        _fixture.BindMutating(name: "a", policy: "a");
        _fixture.Mutating("""
            "mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{data: {'late': 'x'}}"}}]
            """, "b");
        _fixture.BindMutating(name: "b", policy: "b");
        Assert.Equal("1", (string?)(await _fixture.MutateAsync(_fixture.Map()))["data"]!["seen"]);
    }

    [Fact]
    public async Task An_expression_that_fails_denies_unless_failures_are_ignored()
    {
        Apply("Object{data: {'b': object.zzz}}");
        var denied = await Assert.ThrowsAsync<ApiException>(() => _fixture.MutateAsync(_fixture.Map()));
        Assert.Equal("policy 'policy' with binding 'binding' denied request: expression 'Object{data: {'b': object.zzz}}' resulted in error: no such key: zzz", denied.Message);
        Assert.Equal((403, "Invalid"), (denied.Status.Code, denied.Status.Reason));
        _fixture.Mutating("""
            "failurePolicy":"Ignore","mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{data: {'b': object.zzz}}"}}]
            """);
        Assert.Equal("""{"a":"1"}""", (await _fixture.MutateAsync(_fixture.Map()))["data"]!.ToJsonString());
    }

    [Fact]
    public async Task A_binding_for_a_policy_that_is_not_there_does_nothing()
    {
        _fixture.BindMutating(policy: "gone");
        Assert.Equal("""{"a":"1"}""", (await _fixture.MutateAsync(_fixture.Map()))["data"]!.ToJsonString());
    }

    private AdmissionRequest Pod(string containers) => _fixture.Plugins.Request(AdmissionOperation.Create, Api.Core.V1.Pod.Resource, PolicyFixture.Parse(
        $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"ns"},"spec":{"containers":{{{containers}}}}}"""));

    private void Apply(string expression, string match = PolicyFixture.AllMaps) => Mutate("ApplyConfiguration", "applyConfiguration", expression, match);

    private void Patch(string expression, string match = PolicyFixture.AllMaps) => Mutate("JSONPatch", "jsonPatch", expression, match);

    private void Mutate(string type, string field, string expression, string match)
    {
        _fixture.Mutating($$$"""
            "mutations":[{"patchType":"{{{type}}}","{{{field}}}":{"expression":{{{JsonValue.Create(expression).ToJsonString()}}}}}]
            """, match: match);
        _fixture.BindMutating();
    }
}
