using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.CustomResources;

[Collection(ApiHostCollection.Name)]
public sealed class RuleTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    [Fact]
    public async Task A_rule_that_does_not_hold_refuses_with_its_message()
    {
        var (widgets, ns) = await ServeAsync("""
            {"type":"object","x-kubernetes-validations":[
              {"rule":"self.min <= self.max","message":"min must not exceed max"},
              {"rule":"self.name.startsWith('a')","messageExpression":"'name is ' + self.name","reason":"FieldValueForbidden","fieldPath":".name"},
              {"rule":"!has(self.when) || self.when > timestamp('2020-01-01T00:00:00Z')"}],
             "properties":{"min":{"type":"integer"},"max":{"type":"integer"},"name":{"type":"string","maxLength":20},"when":{"type":"string","format":"date-time"}}}
            """);

        var refused = (await Api.PostAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"min\":5,\"max\":1,\"name\":\"bob\",\"when\":\"2019-01-01T00:00:00Z\"}"))).Expect(422);
        (await Api.PostAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"min\":1,\"max\":1,\"name\":\"ann\"}"))).Expect(201);

        Assert.Equal(
            $"Widget.{widgets.Group} \"one\" is invalid: [spec: Invalid value: \"object\": min must not exceed max, spec.name: Forbidden: name is bob, spec: Invalid value: \"object\": failed rule: !has(self.when) || self.when > timestamp('2020-01-01T00:00:00Z')]",
            refused.Message);
    }

    [Fact]
    public async Task Rules_wait_until_the_types_are_right()
    {
        var (widgets, ns) = await ServeAsync("""{"type":"object","x-kubernetes-validations":[{"rule":"self.n > 1"}],"properties":{"n":{"type":"integer"}}}""");

        var refused = (await Api.PostAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"n\":\"x\"}"))).Expect(422);

        Assert.Contains("spec.n in body must be of type integer", refused.Message, StringComparison.Ordinal);
        Assert.Contains("<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transition_rules_compare_with_what_was_through_lists_that_are_maps()
    {
        var (widgets, ns) = await ServeAsync("""
            {"type":"object","properties":{
              "fixed":{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf","message":"is immutable"}]},
              "items":{"type":"array","maxItems":10,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","required":["k"],"properties":{"k":{"type":"string"},
                "n":{"type":"integer","x-kubernetes-validations":[{"rule":"self >= oldSelf","message":"must not shrink"}]}}}},
              "once":{"type":"integer","x-kubernetes-validations":[{"rule":"!oldSelf.hasValue() || self > oldSelf.value()","optionalOldSelf":true,"message":"must grow"}]}}}
            """);
        var one = $"{widgets.Objects(ns)}/one";
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"fixed\":\"x\",\"once\":1,\"items\":[{\"k\":\"a\",\"n\":5},{\"k\":\"b\",\"n\":1}]}"));

        Assert.Contains("spec.fixed: Invalid value: \"string\": is immutable", (await Api.MergeAsync(one, """{"spec":{"fixed":"y"}}""")).Expect(422).Message, StringComparison.Ordinal);
        Assert.Contains("spec.items[1].n: Invalid value: \"integer\": must not shrink", (await Api.MergeAsync(one, """{"spec":{"once":2,"items":[{"k":"b","n":2},{"k":"a","n":4}]}}""")).Expect(422).Message, StringComparison.Ordinal);
        (await Api.MergeAsync(one, """{"spec":{"once":2,"items":[{"k":"c","n":0},{"k":"a","n":6}]}}""")).Expect(200);
        Assert.Contains("must grow", (await Api.MergeAsync(one, """{"metadata":{"labels":{"a":"b"}}}""")).Expect(422).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_rule_is_not_held_against_what_does_not_change()
    {
        var (widgets, ns) = await ServeAsync("""{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}""");
        var one = $"{widgets.Objects(ns)}/one";
        await Api.CreateAsync(widgets.Objects(ns), widgets.Object("one", "\"spec\":{\"a\":\"bad\",\"b\":\"x\"}"));
        await widgets.UpdateAsync(d => Definitions.SpecSchema(d)["properties"]!["a"]!["x-kubernetes-validations"] = JsonNode.Parse("""[{"rule":"self != 'bad' && self != 'worse'"}]"""));

        (await Api.MergeAsync(one, """{"spec":{"b":"y"}}""")).Expect(200);
        (await Api.MergeAsync(one, """{"spec":{"a":"worse"}}""")).Expect(422);
    }

    [Theory]
    [InlineData("""{"rule":"self.none > 1"}""", ".rule: Invalid value: \"self.none > 1\": compilation failed: ERROR: <input>:1:5: undefined field 'none'")]
    [InlineData("""{"rule":"self.n"}""", ".rule: Invalid value: \"self.n\": cel expression must evaluate to a bool")]
    [InlineData("""{"rule":""}""", "rule")]
    [InlineData("""{"rule":"self.n > 1","reason":"Because"}""", ".reason: Unsupported value: \"Because\": supported values: \"FieldValueDuplicate\", \"FieldValueForbidden\", \"FieldValueInvalid\", \"FieldValueRequired\"")]
    [InlineData("""{"rule":"self.n > 1","optionalOldSelf":true}""", ".optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule")]
    [InlineData("""{"rule":"self.l.all(x, self.l.all(y, self.l.all(z, x == y && y == z)))"}""", ".rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)")]
    public async Task A_rule_that_is_not_right_refuses_the_definition(string rule, string error)
    {
        var widgets = new Definitions(Api);
        var schema = $$$"""{"type":"object","x-kubernetes-validations":[{{{rule}}}],"properties":{"n":{"type":"integer"},"l":{"type":"array","items":{"type":"string"}} } }""";

        var refused = (await Api.PostAsync(Definitions.Path, widgets.Body(Definitions.Version("v1", schema)))).Expect(422);

        Assert.Contains(error, refused.Message, StringComparison.Ordinal);
        Assert.Contains("spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0]", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OldSelf_cannot_be_used_where_nothing_tells_items_apart()
    {
        var widgets = new Definitions(Api);
        const string schema = """{"type":"object","properties":{"l":{"type":"array","maxItems":5,"items":{"type":"integer","x-kubernetes-validations":[{"rule":"self == oldSelf"}]}}}}""";

        var refused = (await Api.PostAsync(Definitions.Path, widgets.Body(Definitions.Version("v1", schema)))).Expect(422);

        Assert.Contains("oldSelf cannot be used on the uncorrelatable portion of the schema within spec.validation.openAPIV3Schema.properties[spec].properties[l]", refused.Message, StringComparison.Ordinal);
    }

    private async Task<(Definitions Widgets, string Namespace)> ServeAsync(string schema)
    {
        var widgets = new Definitions(Api);
        await widgets.CreateAsync(schema);
        return (widgets, await host.NamespaceAsync());
    }
}
