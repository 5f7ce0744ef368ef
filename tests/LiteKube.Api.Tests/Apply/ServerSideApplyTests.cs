using System.Text.Json.Nodes;
using LiteKube.Api.Apply;

namespace LiteKube.Api.Tests.Apply;

public sealed class ServerSideApplyTests
{
    [Fact]
    public void An_applier_owns_the_leaves_it_names()
    {
        var made = Applied.Deployment().Apply("me", "{metadata: {name: d, labels: {a: b}}, spec: {replicas: 1, template: {spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}}}}");
        Assert.Equal(
            """{"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:replicas":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}}}}}}""",
            made.FieldsOf("me"));
    }

    [Fact]
    public void What_an_applier_no_longer_names_goes_unless_another_owns_it()
    {
        var map = Applied.ConfigMap()
            .Apply("one", "{metadata: {name: m}, data: {a: '1', b: '2', c: '3'}}")
            .Apply("two", "{metadata: {name: m}, data: {b: '2'}}")
            .Apply("one", "{metadata: {name: m}, data: {c: '3'}}");
        Assert.Equal("""{"b":"2","c":"3"}""", map.Object["data"]!.ToJsonString());
        map.Apply("one", "{metadata: {name: m}}").Apply("two", "{metadata: {name: m}}");
        Assert.Null(map.Object["data"]);
    }

    [Fact]
    public void Another_value_of_a_field_that_somebody_owns_is_a_conflict()
    {
        var made = Applied.Deployment().Update("kubectl", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {replicas: 1, paused: true}}");
        var one = Assert.Throws<ApiException>(() => made.Apply("me", "{metadata: {name: d}, spec: {replicas: 2}}"));
        Assert.Equal("Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1: .spec.replicas", one.Message);
        Assert.Equal(StatusReason.Conflict, one.Reason);
        var cause = Assert.Single(one.Status.Details!.Causes);
        Assert.Equal(("FieldManagerConflict", ".spec.replicas", "conflict with \"kubectl\" using apps/v1"), (cause.Reason, cause.Field, cause.Message));
        made.Apply("other", "{metadata: {name: d}, spec: {minReadySeconds: 5}}");
        var several = Assert.Throws<ApiException>(() => made.Apply("me", "{metadata: {name: d}, spec: {replicas: 2, paused: false, minReadySeconds: 6}}"));
        Assert.Equal("Apply failed with 3 conflicts: conflicts with \"kubectl\" using apps/v1:\n- .spec.paused\n- .spec.replicas\nconflicts with \"other\":\n- .spec.minReadySeconds", several.Message);
    }

    [Fact]
    public void The_same_value_is_shared_and_force_takes_the_field()
    {
        var made = Applied.Deployment().Apply("one", "{metadata: {name: d}, spec: {replicas: 1}}").Apply("two", "{metadata: {name: d}, spec: {replicas: 1}}");
        Assert.Equal("""{"f:spec":{"f:replicas":{}}}""", made.FieldsOf("one"));
        Assert.Equal("""{"f:spec":{"f:replicas":{}}}""", made.FieldsOf("two"));
        made.Apply("two", "{metadata: {name: d}, spec: {replicas: 2}}", force: true);
        Assert.Null(made.FieldsOf("one"));
        Assert.Equal("""{"replicas":2}""", made.Spec);
    }

    [Fact]
    public void An_update_takes_what_it_changes()
    {
        var made = Applied.Deployment().Apply("me", "{metadata: {name: d}, spec: {replicas: 1, paused: true}}");
        made.Update("scaler", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {replicas: 3, paused: true}}");
        Assert.Equal("""{"f:spec":{"f:paused":{}}}""", made.FieldsOf("me"));
        Assert.Equal("""{"f:spec":{"f:replicas":{}}}""", made.FieldsOf("scaler"));
        made.Apply("me", "{metadata: {name: d}, spec: {paused: true}}");
        Assert.Equal("""{"replicas":3,"paused":true}""", made.Spec);
    }

    [Fact]
    public void List_items_merge_by_their_keys_and_go_with_their_applier()
    {
        var made = Applied.Deployment()
            .Apply("one", "{metadata: {name: d}, spec: {template: {spec: {containers: [{name: a, image: x}, {name: b, image: img}]}}}}")
            .Apply("two", "{metadata: {name: d}, spec: {template: {spec: {containers: [{name: b, tty: true}, {name: c, image: z}]}}}}")
            .Apply("one", "{metadata: {name: d}, spec: {template: {spec: {containers: [{name: b, image: img}]}}}}");
        Assert.Equal("""{"template":{"spec":{"containers":[{"name":"b","image":"img","tty":true},{"name":"c","image":"z"}]}}}""", made.Spec);
    }

    [Fact]
    public void Ports_are_told_apart_by_their_defaulted_protocol()
    {
        var service = new Applied(LiteKube.Api.Schema.ApiSchema.Current.Type("core.v1.Service"), "v1")
            .Update("before", "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80, protocol: TCP, targetPort: 1}, {port: 80, protocol: UDP, targetPort: 2}]}}")
            .Apply("me", "{metadata: {name: s}, spec: {ports: [{port: 80, targetPort: 9}]}}", force: true);
        Assert.Equal("""{"ports":[{"port":80,"protocol":"TCP","targetPort":9},{"port":80,"protocol":"UDP","targetPort":2}]}""", service.Spec);
    }

    [Fact]
    public void Atomic_values_have_one_owner()
    {
        var made = Applied.Deployment().Apply("one", "{metadata: {name: d}, spec: {selector: {matchLabels: {a: b}}}}");
        var conflict = Assert.Throws<ApiException>(() => made.Apply("two", "{metadata: {name: d}, spec: {selector: {matchLabels: {c: d}}}}"));
        Assert.EndsWith(": .spec.selector", conflict.Message);
        made.Apply("two", "{metadata: {name: d}, spec: {selector: {matchLabels: {c: d}}}}", force: true);
        Assert.Equal("""{"selector":{"matchLabels":{"c":"d"}}}""", made.Spec);
    }

    [Fact]
    public void Sets_keep_the_values_of_each_applier()
    {
        var map = Applied.ConfigMap().Apply("one", "{metadata: {name: m, finalizers: [a/x, b/x]}}").Apply("two", "{metadata: {name: m, finalizers: [c/x]}}").Apply("one", "{metadata: {name: m, finalizers: [b/x]}}");
        Assert.Equal("""["b/x","c/x"]""", map.Object["metadata"]!["finalizers"]!.ToJsonString());
        Assert.Equal("""{"f:metadata":{"f:finalizers":{"v:\"b/x\"":{}}}}""", map.FieldsOf("one"));
    }

    [Theory]
    [InlineData("{metadata: {name: d, unknownMeta: 1}, spec: {}}", ".metadata.unknownMeta: field not declared in schema")]
    [InlineData("{metadata: {name: d}, spec: {replicas: x}}", ".spec.replicas: expected numeric (int or float), got \"x\"")]
    [InlineData("{metadata: {name: d}, spec: {template: {spec: {containers: [{image: x}]}}}}", "associative list with keys has an element that omits key field \"name\" (and doesn't have default value)")]
    [InlineData("{metadata: {name: d}, spec: {template: {spec: {containers: [{name: x}, {name: x}]}}}}", ".spec.template.spec.containers: duplicate entries for key [name=\"x\"]")]
    [InlineData("{metadata: {name: d}, spec: {template: 5}}", ".spec.template: expected map, got 5")]
    [InlineData("{metadata: {name: d}, spec: {selector: {nope: 5}}}", ".spec.selector.nope: field not declared in schema")]
    [InlineData("{metadata: {name: d}, a: 1, b: 1}", "errors:\n  .a: field not declared in schema\n  .b: field not declared in schema")]
    public void A_configuration_that_does_not_fit_is_refused(string configuration, string why)
    {
        var refused = Assert.Throws<ApiException>(() => Applied.Deployment().Apply("me", configuration));
        Assert.Equal(StatusReason.BadRequest, refused.Reason);
        Assert.StartsWith("failed to create typed patch object (/d; apps/v1, Kind=Deployment): ", refused.Message);
        Assert.EndsWith(why, refused.Message);
    }

    [Fact]
    public void Applying_again_changes_nothing_not_even_the_time()
    {
        const string configuration = "{metadata: {name: d}, spec: {replicas: 1}}";
        var made = Applied.Deployment().Apply("me", configuration);
        var before = made.TimeOf("me");
        Assert.Equal(before, made.Apply("me", configuration).TimeOf("me"));
        Assert.NotEqual(before, made.Apply("me", "{metadata: {name: d}, spec: {replicas: 2}}").TimeOf("me"));
    }

    [Fact]
    public void What_was_never_tracked_belongs_to_before_first_apply()
    {
        var made = Applied.Deployment();
        made.Object["spec"] = new JsonObject { ["replicas"] = 1, ["paused"] = true };
        var conflict = Assert.Throws<ApiException>(() => made.Apply("me", "{metadata: {name: d}, spec: {replicas: 2}}"));
        Assert.Contains("\"before-first-apply\" using apps/v1", conflict.Message);
    }

    [Fact]
    public void What_kubectl_applied_client_side_it_may_go_on_to_apply()
    {
        const string last = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":1}}""";
        Applied Made() => Applied.Deployment().Update("kubectl-client-side-apply", $"{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: d, annotations: {{kubectl.kubernetes.io/last-applied-configuration: '{last}'}}}}, spec: {{replicas: 1, paused: true}}}}");
        Assert.Throws<ApiException>(() => Made().Apply("kustomize", "{metadata: {name: d}, spec: {replicas: 2}}"));
        var upgraded = Made().Apply("kubectl", "{metadata: {name: d}, spec: {replicas: 2}}");
        Assert.Equal(2L, (long)upgraded.Object["spec"]!["replicas"]!);
        Assert.Contains("\"replicas\":2", (string)upgraded.Object["metadata"]!["annotations"]!["kubectl.kubernetes.io/last-applied-configuration"]!);
        Assert.EndsWith(": .spec.paused", Assert.Throws<ApiException>(() => Made().Apply("kubectl", "{metadata: {name: d}, spec: {paused: false}}")).Message);
    }

    [Fact]
    public void Without_a_schema_maps_merge_and_lists_are_one_value()
    {
        var thing = new Applied(null, "example.com/v1")
            .Apply("one", "{metadata: {name: t}, spec: {a: {b: 1}, list: [1, 2]}}")
            .Apply("two", "{metadata: {name: t}, spec: {a: {c: 2}}}");
        Assert.Equal("""{"a":{"b":1,"c":2},"list":[1,2]}""", thing.Spec);
        Assert.EndsWith(": .spec.list", Assert.Throws<ApiException>(() => thing.Apply("two", "{metadata: {name: t}, spec: {list: [1]}}")).Message);
    }
}
