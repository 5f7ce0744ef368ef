using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Verbs;

[Collection(ApiHostCollection.Name)]
public sealed class ApplyTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    [Fact]
    public async Task Applying_creates_what_is_not_there_and_then_changes_it()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments/d";
        var made = (await Api.ApplyAsync(path, "me", Deployment("replicas: 2"))).Expect(201);
        var entry = Assert.Single(made.Metadata["managedFields"]!.AsArray())!;
        Assert.Equal(("me", "Apply", "apps/v1", "FieldsV1"), ((string)entry["manager"]!, (string)entry["operation"]!, (string)entry["apiVersion"]!, (string)entry["fieldsType"]!));
        Assert.NotNull(entry["time"]);
        Assert.Equal(
            """{"f:spec":{"f:replicas":{},"f:selector":{},"f:template":{"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{}}}}}}}""",
            Relaxed(entry["fieldsV1"]!));
        Assert.Equal("RollingUpdate", (string)made.Body["spec"]!["strategy"]!["type"]!);
        var again = (await Api.ApplyAsync(path, "me", Deployment("replicas: 2"))).Expect(200);
        Assert.Equal(made.Version, again.Version);
        var without = (await Api.ApplyAsync(path, "me", Deployment("paused: true"))).Expect(200);
        Assert.Equal(1, (int)without.Body["spec"]!["replicas"]!);
        Assert.True((bool)without.Body["spec"]!["paused"]!);
        Assert.True(JsonNode.DeepEquals(without.Body, (await Api.GetAsync(path)).Body));
    }

    [Fact]
    public async Task What_another_manager_owns_conflicts_until_it_is_forced()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments/d";
        (await Api.ApplyAsync(path, "one", Deployment("replicas: 2"))).Expect(201);
        (await Api.SendAsync(HttpMethod.Patch, path + "?fieldManager=kubectl", """{"spec":{"replicas":3}}""", "application/merge-patch+json")).Expect(200);
        var conflict = (await Api.ApplyAsync(path, "one", Deployment("replicas: 2"))).Expect(409);
        Assert.Equal("Conflict", conflict.Reason);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1: .spec.replicas", conflict.Message);
        Assert.Equal("FieldManagerConflict", (string)conflict.Body["details"]!["causes"]![0]!["reason"]!);
        var forced = (await Api.ApplyAsync(path, "one", Deployment("replicas: 2"), "&force=true")).Expect(200);
        Assert.Equal(2, (int)forced.Body["spec"]!["replicas"]!);
        Assert.Equal(["one"], Managers(forced));
    }

    [Fact]
    public async Task Each_way_of_writing_has_its_entry()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments/d";
        using var client = host.Client(host.Services.AdminCertificate());
        client.Http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "tester/v1.2 (linux)");
        var made = await client.CreateAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("d"));
        Assert.Equal(["tester"], Managers(made));
        (await client.MergeAsync(path + "/status", """{"status":{"replicas":3},"spec":{"replicas":9}}""")).Expect(200);
        (await client.MergeAsync(path + "/scale", """{"spec":{"replicas":6}}""")).Expect(200);
        var read = await Api.GetAsync(path);
        Assert.Equal(["tester", "tester scale", "tester status"], Managers(read));
        var entries = read.Metadata["managedFields"]!.AsArray();
        Assert.Equal("""{"f:status":{"f:replicas":{}}}""", Relaxed(entries.Single(e => (string?)e!["subresource"] == "status")!["fieldsV1"]!));
        Assert.Equal("""{"f:spec":{"f:replicas":{}}}""", Relaxed(entries.Single(e => (string?)e!["subresource"] == "scale")!["fieldsV1"]!));
        Assert.DoesNotContain("f:replicas", Relaxed(entries.Single(e => e!["subresource"] is null)!["fieldsV1"]!));
    }

    [Fact]
    public async Task Status_and_scale_are_applied_through_their_own_paths()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments/d";
        (await Api.ApplyAsync(path, "me", Deployment("replicas: 2") + "status: {replicas: 7}\n")).Expect(201);
        Assert.Null((await Api.GetAsync(path)).Body["status"]?["replicas"]);
        var status = (await Api.ApplyAsync(path + "/status", "controller", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, status: {replicas: 3}}")).Expect(200);
        Assert.Equal(3, (int)status.Body["status"]!["replicas"]!);
        const string scale = "{apiVersion: autoscaling/v1, kind: Scale, metadata: {name: d}, spec: {replicas: 5}}";
        Assert.Contains("conflict with \"me\": .spec.replicas", (await Api.ApplyAsync(path + "/scale", "scaler", scale)).Expect(409).Message);
        (await Api.ApplyAsync(path + "/scale", "scaler", scale, "&force=true")).Expect(200);
        var read = await Api.GetAsync(path);
        Assert.Equal(5, (int)read.Body["spec"]!["replicas"]!);
        Assert.Equal(["controller status", "me", "scaler scale"], Managers(read));
        (await Api.ApplyAsync(path + "/nope", "me", scale)).Expect(404);
        (await Api.ApplyAsync($"/apis/apps/v1/namespaces/{ns}/deployments/absent/status", "me", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: absent}}")).Expect(404);
    }

    [Theory]
    [InlineData("", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", 422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch")]
    [InlineData("?fieldManager=me", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, unknownMeta: 1}}", 400, ".metadata.unknownMeta: field not declared in schema")]
    [InlineData("?fieldManager=me", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, unknownField: 1}", 400, ".unknownField: field not declared in schema")]
    [InlineData("?fieldManager=me&fieldValidation=Strict", "\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: y1\n  foo: one\n  foo: two\n", 400, "error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 9: key \"foo\" already set in map")]
    [InlineData("?fieldManager=me", "{apiVersion: v2, kind: ConfigMap, metadata: {name: a}}", 400, "Incorrect version specified in apply patch")]
    [InlineData("?fieldManager=me", "{apiVersion: v1, kind: Secret, metadata: {name: a}}", 400, "invalid object type")]
    [InlineData("?fieldManager=me", "{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}", 400, "does not match the name on the URL")]
    [InlineData("?fieldManager=me", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, managedFields: []}}", 400, "metadata.managedFields must be nil")]
    [InlineData("?fieldManager=me", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, uid: x}}", 409, "uid mismatch: the provided object specified uid x, and no existing object was found")]
    [InlineData("?fieldManager=me", "[", 400, "error decoding YAML")]
    [InlineData("?fieldManager=me", "", 400, "")]
    [InlineData("?fieldManager=me%07", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", 422, "should only contain printable characters")]
    public async Task What_cannot_be_applied_is_refused(string query, string yaml, int code, string message)
    {
        var ns = await host.NamespaceAsync();
        var answer = (await Api.SendAsync(HttpMethod.Patch, $"/api/v1/namespaces/{ns}/configmaps/a{query}", yaml, "application/apply-patch+yaml")).Expect(code);
        Assert.Contains(message, answer.Message);
        (await Api.GetAsync($"/api/v1/namespaces/{ns}/configmaps/a")).Expect(404);
    }

    [Fact]
    public async Task Force_is_for_apply_only()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"}}""");
        var answer = (await Api.MergeAsync($"/api/v1/namespaces/{ns}/configmaps/a?force=true", "{}")).Expect(422);
        Assert.Equal("PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch", answer.Message);
    }

    [Fact]
    public async Task A_dry_run_shows_who_would_own_what_and_stores_nothing()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps/a";
        const string yaml = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: v}}";
        Assert.Equal(["me"], Managers((await Api.ApplyAsync(path, "me", yaml, "&dryRun=All")).Expect(201)));
        (await Api.GetAsync(path)).Expect(404);
        var made = (await Api.ApplyAsync(path, "me", yaml)).Expect(201);
        Assert.Equal(["me", "you"], Managers((await Api.ApplyAsync(path, "you", yaml, "&dryRun=All")).Expect(200)));
        Assert.Equal(made.Version, (await Api.GetAsync(path)).Version);
    }

    [Fact]
    public async Task Ownership_is_kept_by_clients_that_send_it_back_or_leave_it_out_and_can_be_edited_and_reset()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps/a";
        var made = (await Api.ApplyAsync(path, "me", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: v}}")).Expect(201);
        Assert.Equal(made.Version, (await Api.PutAsync(path, made.Body.ToJsonString())).Expect(200).Version);
        Assert.Equal(made.Version, (await Api.PutAsync(path, """{"metadata":{"name":"a"},"data":{"k":"v"}}""")).Expect(200).Version);
        var replaced = (await Api.JsonPatchAsync(path, """[{"op":"replace","path":"/metadata/managedFields/0/manager","value":"other"}]""")).Expect(200);
        Assert.Equal(["other"], Managers(replaced));
        var reset = (await Api.MergeAsync(path, """{"metadata":{"managedFields":[{}]}}""")).Expect(200);
        Assert.Null(reset.Metadata["managedFields"]);
        Assert.Null((await Api.MergeAsync(path, """{"data":{"l":"w"}}""")).Metadata["managedFields"]);
        Assert.Equal(["before-first-apply", "me"], Managers((await Api.ApplyAsync(path, "me", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {m: x}}")).Expect(200)));
        Assert.Null((await Api.JsonPatchAsync(path, """[{"op":"replace","path":"/metadata/managedFields","value":[]}]""")).Expect(200).Metadata["managedFields"]);
    }

    [Fact]
    public async Task Applying_what_is_not_there_needs_the_right_to_create()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles", """{"metadata":{"name":"patcher"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["patch","get"]}]}""");
        await Api.CreateAsync($"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings",
            """{"metadata":{"name":"patcher"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"patcher"},"subjects":[{"kind":"User","name":"patcher","apiGroup":"rbac.authorization.k8s.io"}]}""");
        using var client = host.Client(host.Services.AdminCertificate());
        client.Http.DefaultRequestHeaders.Add("Impersonate-User", "patcher");
        const string yaml = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: v}}";
        (await client.ApplyAsync($"/api/v1/namespaces/{ns}/configmaps/a", "me", yaml)).Expect(403);
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"}}""");
        (await client.ApplyAsync($"/api/v1/namespaces/{ns}/configmaps/a", "me", yaml)).Expect(200);
    }

    [Fact]
    public async Task Writes_in_process_are_tracked_too()
    {
        var service = (await Api.GetAsync("/api/v1/namespaces/default/services/kubernetes")).Expect(200);
        Assert.Equal(["kube-apiserver"], Managers(service));
    }

    private static string Deployment(string spec) =>
        $"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\nspec:\n  {spec}\n  selector: {{matchLabels: {{a: b}}}}\n  template:\n    metadata: {{labels: {{a: b}}}}\n    spec: {{containers: [{{name: c, image: i}}]}}\n";

    private static string Relaxed(JsonNode node) => System.Text.Encoding.UTF8.GetString(LiteKube.Api.Codecs.JsonTree.Write(node));

    private static IEnumerable<string> Managers(ApiAnswer answer) =>
        answer.Metadata["managedFields"]!.AsArray().Select(e => $"{e!["manager"]} {e["subresource"]}".Trim()).Order(StringComparer.Ordinal);
}
