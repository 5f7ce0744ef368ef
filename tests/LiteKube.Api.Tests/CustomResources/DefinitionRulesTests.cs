using System.Text.Json.Nodes;
using LiteKube.Api.Apiextensions.V1;
using LiteKube.Api.Schema;
using LiteKube.Api.Validation;

namespace LiteKube.Api.Tests.CustomResources;

public sealed class DefinitionRulesTests
{
    private const string At = "spec.validation.openAPIV3Schema.properties[spec]";

    [Fact]
    public void A_whole_definition_is_right() => Assert.Empty(Errors(CronTab.Definition("""
        {"type":"object","x-kubernetes-validations":[],"properties":{
          "a":{"type":"string","default":"x","pattern":"^[a-z]+$"},
          "port":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]},
          "l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","required":["k"],"properties":{"k":{"type":"string"}}}},
          "e":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true},
          "m":{"type":"object","additionalProperties":{"type":"string"}}},
        "oneOf":[{"required":["a"]},{"properties":{"m":{"maxProperties":1}}}]}
        """, "\"subresources\":{\"status\":{},\"scale\":{\"specReplicasPath\":\".spec.r\",\"statusReplicasPath\":\".status.r\"}},")));

    [Theory]
    [InlineData("""{"properties":{}}""", At + ".type: Required value: must not be empty for specified object fields")]
    [InlineData("""{"type":"array"}""", At + ".items: Required value: must be specified")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}}""", At + ".additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive")]
    [InlineData("""{"type":"text"}""", At + ".type: Unsupported value: \"text\": supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", \"string\"")]
    [InlineData("""{"type":"string","pattern":"["}""", null)]
    [InlineData("""{"type":"object","anyOf":[{"type":"object"}]}""", At + ".anyOf[0].type: Forbidden: must be empty to be structural")]
    [InlineData("""{"type":"object","allOf":[{"properties":{"x":{"minLength":1}}}]}""", At + ".properties[x]: Required value: because it is defined in " + At + ".allOf[0].properties[x]")]
    [InlineData("""{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object","properties":{"k":{"type":"string"}}}}""", At + ".x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map")]
    [InlineData("""{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"}}}}""", At + ".items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property")]
    [InlineData("""{"type":"string","x-kubernetes-list-type":"set"}""", At + ".type: Invalid value: \"string\": must be array if x-kubernetes-list-type is specified")]
    [InlineData("""{"type":"array","uniqueItems":true,"items":{"type":"string"}}""", At + ".uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic")]
    [InlineData("""{"type":"object","x-kubernetes-preserve-unknown-fields":false}""", At + ".x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined")]
    [InlineData("""{"type":"object","x-kubernetes-embedded-resource":true}""", At + ".properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":"x"}}}""", At + ".properties[a].default: Invalid value: \"string\": " + At + ".properties[a].default in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"object","$ref":"#/x"}""", At + ".$ref: Forbidden: $ref is not supported")]
    public void A_schema_that_is_not_right_is_refused_in_Kubernetes_words(string schema, string? error)
    {
        var errors = Errors(CronTab.Definition(schema));

        Assert.NotEmpty(errors);
        if (error is not null)
            Assert.Equal([error], errors);
    }

    [Theory]
    [InlineData("\"subresources\":{\"scale\":{\"specReplicasPath\":\".status.r\",\"statusReplicasPath\":\".status.r\"}},", "spec.subresources.scale.specReplicasPath: Invalid value: \".status.r\": should be a json path under .spec")]
    [InlineData("\"additionalPrinterColumns\":[{\"name\":\"A\",\"type\":\"text\",\"jsonPath\":\".spec.a\"}],", "spec.additionalPrinterColumns[0].type: Invalid value: \"text\": must be one of boolean,date,integer,number,string")]
    [InlineData("\"additionalPrinterColumns\":[{\"name\":\"A\",\"type\":\"string\",\"jsonPath\":\"spec.a\"}],", "spec.additionalPrinterColumns[0].jsonPath: Invalid value: \"spec.a\": must be a simple json path starting with .")]
    [InlineData("\"selectableFields\":[{\"jsonPath\":\".spec.none\"}],", "spec.selectableFields[0].jsonPath: Invalid value: \".spec.none\": is an invalid path: does not refer to a valid field")]
    [InlineData("\"deprecationWarning\":\"old\",", "spec.versions[0].deprecationWarning: Invalid value: \"old\": can only be set for deprecated versions")]
    public void A_version_that_is_not_right_is_refused(string more, string error) =>
        Assert.Equal([error], Errors(CronTab.Definition("""{"type":"object","properties":{"a":{"type":"string"}}}""", more)));

    [Fact]
    public void The_status_subresource_leaves_the_root_of_the_schema_to_fields()
    {
        var definition = CronTab.Definition("""{"type":"object"}""", "\"subresources\":{\"status\":{}},");
        definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["anyOf"] = new JsonArray(new JsonObject { ["required"] = new JsonArray("spec") });

        Assert.Contains("fields are allowed at the root of the schema if the status subresource is enabled", Assert.Single(Errors(definition)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_webhook_conversion_names_its_webhook()
    {
        var definition = CronTab.Definition("""{"type":"object"}""");
        definition["spec"]!["conversion"] = JsonNode.Parse("""{"strategy":"Webhook","webhook":{"clientConfig":{"url":"http://x.example.com"},"conversionReviewVersions":["v2"]}}""");

        Assert.Equal(
            [
                "spec.conversion.webhookClientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: https://host[/path]",
                "spec.conversion.conversionReviewVersions: Invalid value: [\"v2\"]: must include at least one of v1, v1beta1",
            ],
            Errors(definition));
    }

    [Fact]
    public void What_the_storage_hangs_on_is_fixed_once_established()
    {
        var old = CronTab.Definition("""{"type":"object"}""");
        old["metadata"]!["resourceVersion"] = "1";
        old["status"] = JsonNode.Parse("""{"storedVersions":["v1"],"conditions":[{"type":"Established","status":"True"}]}""");
        var next = (JsonObject)old.DeepClone();
        next["spec"]!["scope"] = "Cluster";
        next["spec"]!["names"]!["kind"] = "Other";

        var errors = Validator.ValidateUpdate(Kind, next, old).Select(e => e.ToString());

        Assert.Equal(["spec.scope: Invalid value: \"Cluster\": field is immutable", "spec.names.kind: Invalid value: \"Other\": field is immutable"], errors);
    }

    private static KindSchema Kind { get; } = ApiSchema.Current.Find("apiextensions.k8s.io", "v1", CustomResourceDefinition.Resource.Plural)!;

    private static string[] Errors(JsonObject definition) => [.. Validator.ValidateCreate(Kind, definition).Select(e => e.ToString())];
}
