using System.Text.Json.Nodes;
using LiteKube.Api.Defaulting;
using LiteKube.Api.Schema;
using LiteKube.Api.Structure;
using LiteKube.Api.Validation;

namespace LiteKube.Api.Tests.CustomResources;

public sealed class SchemaTests
{
    [Fact]
    public void What_the_schema_does_not_specify_is_pruned_and_named()
    {
        var kind = CronTab.Kind("""
            {"type":"object","properties":{
              "known":{"type":"string"},
              "list":{"type":"array","items":{"type":"object","properties":{"a":{"type":"integer"}}}},
              "map":{"type":"object","additionalProperties":{"type":"object","properties":{"a":{"type":"integer"}}}},
              "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"strict":{"type":"object","properties":{"a":{"type":"integer"}}}}},
              "empty":{"type":"object"}}}
            """);
        var tree = CronTab.Object("""
            {"known":"x","foo":1,"list":[{"a":1,"b":2}],"map":{"k":{"a":1,"b":2}},"free":{"any":{"x":1},"strict":{"a":1,"b":2}},"empty":{"x":1}}
            """);
        tree["metadata"]!["unknownMeta"] = 1;

        var unknown = StructureCheck.Normalize(tree, kind.Schema.Type);

        Assert.Equal(
            ["metadata.unknownMeta", "spec.foo", "spec.list[0].b", "spec.map.k.b", "spec.free.strict.b", "spec.empty.x"],
            unknown);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"known":"x","list":[{"a":1}],"map":{"k":{"a":1}},"free":{"any":{"x":1},"strict":{"a":1}},"empty":{}}"""),
            tree["spec"]), tree["spec"]!.ToJsonString());
    }

    [Fact]
    public void An_embedded_resource_keeps_its_type_and_checks_its_metadata()
    {
        var kind = CronTab.Kind("""
            {"type":"object","properties":{"template":{"type":"object","x-kubernetes-embedded-resource":true,"properties":{"spec":{"type":"object","properties":{"a":{"type":"string"}}}}}}}
            """);
        var tree = CronTab.Object("""{"template":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","unknownSub":1},"spec":{"a":"x","b":1},"other":1}}""");

        Assert.Equal(["spec.template.metadata.unknownSub", "spec.template.spec.b", "spec.template.other"], StructureCheck.Normalize(tree, kind.Schema.Type));
        Assert.Equal("p", (string?)tree["spec"]!["template"]!["metadata"]!["name"]);
        Assert.Equal(
            ["spec.template.kind: Required value: must not be empty"],
            Errors("""{"type":"object","properties":{"template":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}}""", """{"template":{"apiVersion":"v1"}}"""));
    }

    [Fact]
    public void Defaults_fill_what_is_absent_at_every_depth_and_nulls_that_may_not_be()
    {
        var kind = CronTab.Kind("""
            {"type":"object","default":{},"properties":{
              "replicas":{"type":"integer","default":3},
              "name":{"type":"string","default":"x"},
              "maybe":{"type":"string","nullable":true,"default":"y"},
              "list":{"type":"array","items":{"type":"object","properties":{"p":{"type":"string","default":"TCP"}}}},
              "map":{"type":"object","additionalProperties":{"type":"object","properties":{"p":{"type":"string","default":"TCP"}}}}}}
            """);
        var tree = CronTab.Object("""{"replicas":0,"name":null,"maybe":null,"list":[{},{"p":"UDP"}],"map":{"k":{}}}""");

        Defaults.Apply(kind.Schema, tree);
        var bare = CronTab.Object("{}");
        bare.Remove("spec");
        Defaults.Apply(kind.Schema, bare);

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"replicas":0,"name":"x","maybe":null,"list":[{"p":"TCP"},{"p":"UDP"}],"map":{"k":{"p":"TCP"}}}"""),
            tree["spec"]), tree["spec"]!.ToJsonString());
        Assert.Equal(3, (int?)bare["spec"]!["replicas"]);
    }

    [Theory]
    [InlineData("""{"x":{"type":"integer"}}""", """{"x":"a"}""", "spec.x: Invalid value: \"string\": spec.x in body must be of type integer: \"string\"")]
    [InlineData("""{"x":{"type":"string"}}""", """{"x":null}""", "spec.x: Invalid value: \"null\": spec.x in body must be of type string: \"null\"")]
    [InlineData("""{"x":{"x-kubernetes-int-or-string":true}}""", """{"x":true}""", "spec.x: Invalid value: \"boolean\": spec.x in body must be of type integer,string: \"boolean\"")]
    [InlineData("""{"x":{"type":"string","enum":["a","b"]}}""", """{"x":"c"}""", "spec.x: Unsupported value: \"c\": supported values: \"a\", \"b\"")]
    [InlineData("""{"x":{"type":"string","pattern":"^a+$"}}""", """{"x":"aab"}""", "spec.x: Invalid value: \"aab\": spec.x in body should match '^a+$'")]
    [InlineData("""{"x":{"type":"string","minLength":2}}""", """{"x":"a"}""", "spec.x: Invalid value: \"a\": spec.x in body should be at least 2 chars long")]
    [InlineData("""{"x":{"type":"string","maxLength":2}}""", """{"x":"abc"}""", "spec.x: Too long: may not be more than 2 bytes")]
    [InlineData("""{"x":{"type":"string","format":"date-time"}}""", """{"x":"tomorrow"}""", "spec.x: Invalid value: \"tomorrow\": spec.x in body must be of type date-time: \"tomorrow\"")]
    [InlineData("""{"x":{"type":"integer","minimum":1}}""", """{"x":0}""", "spec.x: Invalid value: 0: spec.x in body should be greater than or equal to 1")]
    [InlineData("""{"x":{"type":"integer","maximum":10,"exclusiveMaximum":true}}""", """{"x":10}""", "spec.x: Invalid value: 10: spec.x in body should be less than 10")]
    [InlineData("""{"x":{"type":"integer","multipleOf":5}}""", """{"x":7}""", "spec.x: Invalid value: 7: spec.x in body should be a multiple of 5")]
    [InlineData("""{"x":{"type":"array","maxItems":1,"items":{"type":"string"}}}""", """{"x":["a","b"]}""", "spec.x: Too many: 2: must have at most 1 items")]
    [InlineData("""{"x":{"type":"array","minItems":1,"items":{"type":"string"}}}""", """{"x":[]}""", "spec.x: Invalid value: 0: spec.x in body should have at least 1 items")]
    [InlineData("""{"x":{"type":"array","items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"}}}}}""", """{"x":[{}]}""", "spec.x[0].name: Required value")]
    [InlineData("""{"x":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}}""", """{"x":["a","a"]}""", "spec.x[1]: Duplicate value: \"a\"")]
    [InlineData("""{"x":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"}}}}}""", """{"x":[{"k":"a"},{"k":"a"}]}""", "spec.x[1]: Duplicate value: {\"k\":\"a\"}")]
    [InlineData("""{"x":{"type":"integer","not":{"enum":[3]}}}""", """{"x":3}""", "<nil>: Invalid value: \"\": \"spec.x\" must not validate the schema (not)")]
    public void A_value_that_does_not_fit_is_named_in_Kubernetes_words(string properties, string spec, string error) =>
        Assert.Equal([error], Errors($$"""{"type":"object","properties":{{properties}}}""", spec));

    [Fact]
    public void All_errors_are_told_at_once()
    {
        var errors = Errors(
            """{"type":"object","required":["a"],"properties":{"a":{"type":"string"},"b":{"type":"integer","minimum":1},"c":{"type":"string","enum":["x"]}}}""",
            """{"b":0,"c":"y"}""");

        Assert.Equal(
            ["spec.a: Required value", "spec.b: Invalid value: 0: spec.b in body should be greater than or equal to 1", "spec.c: Unsupported value: \"y\": supported values: \"x\""],
            errors);
    }

    [Fact]
    public void OneOf_wants_exactly_one()
    {
        const string schema = """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"oneOf":[{"required":["a"]},{"required":["b"]}]}""";

        Assert.Empty(Errors(schema, """{"a":"x"}"""));
        Assert.Equal(["<nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf). Found 2 valid alternatives"], Errors(schema, """{"a":"x","b":"x"}"""));
        Assert.Equal(["<nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf). Found none valid", "spec.a: Required value"], Errors(schema, "{}"));
    }

    [Fact]
    public void What_did_not_change_is_not_judged_again()
    {
        var kind = CronTab.Kind("""{"type":"object","properties":{"a":{"type":"string","maxLength":1},"b":{"type":"string","maxLength":1},"l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"},"v":{"type":"integer","maximum":1}}}}}}""");
        var old = CronTab.Object("""{"a":"long","b":"x","l":[{"k":"one","v":7},{"k":"two","v":1}]}""");
        var next = CronTab.Object("""{"a":"long","b":"longer","l":[{"k":"two","v":9},{"k":"one","v":7}]}""");

        var errors = Validator.ValidateUpdate(kind.Schema, next, old).Select(e => e.ToString());

        Assert.Equal(["spec.b: Too long: may not be more than 1 bytes", "spec.l[0].v: Invalid value: 9: spec.l[0].v in body should be less than or equal to 1"], errors);
    }

    [Fact]
    public void The_types_made_of_a_schema_say_how_server_side_apply_merges()
    {
        var kind = CronTab.Kind("""
            {"type":"object","x-kubernetes-map-type":"atomic","properties":{
              "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
              "map":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"}}}},
              "plain":{"type":"array","items":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"integer"}}},
              "port":{"x-kubernetes-int-or-string":true},
              "labels":{"type":"object","additionalProperties":{"type":"string"}},
              "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
              "any":{"x-kubernetes-preserve-unknown-fields":true}}}
            """);
        var spec = kind.Schema.Type.Fields["spec"];
        var fields = spec.Type.Object.Fields;

        Assert.True(spec.Atomic);
        Assert.True(fields["set"].Set);
        Assert.Equal(["k"], fields["map"].MapKeys);
        Assert.True(fields["plain"].Atomic);
        Assert.True(fields["plain"].Type.Element!.Set);
        Assert.Equal(FieldKind.IntOrString, fields["port"].Type.Kind);
        Assert.Equal(FieldKind.Map, fields["labels"].Type.Kind);
        Assert.True(fields["free"].Type.Object.PreservesUnknown);
        Assert.Equal(FieldKind.Any, fields["any"].Type.Kind);
        Assert.Equal("meta.v1.ObjectMeta", kind.Schema.Type.Fields["metadata"].Type.Object.Name);
    }

    private static string[] Errors(string specSchema, string spec) =>
        [.. Validator.ValidateCreate(CronTab.Kind(specSchema).Schema, CronTab.Object(spec)).Select(e => e.ToString())];
}
