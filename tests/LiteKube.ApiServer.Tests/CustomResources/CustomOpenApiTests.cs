using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.CustomResources;

[Collection(ApiHostCollection.Name)]
public sealed class CustomOpenApiTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    [Fact]
    public async Task The_v2_document_has_the_schema_while_the_definition_is_served()
    {
        var widgets = new Definitions(Api);
        var name = Name(widgets);
        await widgets.CreateAsync("""
            {"type":"object","description":"what is wanted","required":["a","n"],"properties":{"a":{"type":"string","enum":["x"],"description":"letter"},
             "n":{"type":"string","nullable":true},"free":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"z":{"type":"string"}}},
             "one":{"type":"object","oneOf":[{"required":["p"]}],"properties":{"p":{"type":"string"}}}}}
            """);

        var first = await Api.GetAsync("/openapi/v2");
        var schema = first.Body["definitions"]![name]!.AsObject();
        var spec = schema["properties"]!["spec"]!;

        Assert.Equal($$"""[{"group":"{{widgets.Group}}","kind":"Widget","version":"v1"}]""", schema["x-kubernetes-group-version-kind"]!.ToJsonString());
        Assert.Equal("#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", (string?)schema["properties"]!["metadata"]!["$ref"]);
        Assert.Equal("""{"type":"string","enum":["x"],"description":"letter"}""", spec["properties"]!["a"]!.ToJsonString());
        Assert.Equal("""["a"]""", spec["required"]!.ToJsonString());
        Assert.Equal("{}", spec["properties"]!["n"]!.ToJsonString());
        Assert.Null(spec["properties"]!["free"]!["properties"]);
        Assert.Null(spec["properties"]!["one"]!["oneOf"]);
        Assert.NotNull(first.Body["definitions"]![name + "List"]);
        Assert.Equal(
            $"create{string.Concat(widgets.Group.Split('.').Select(p => char.ToUpperInvariant(p[0]) + p[1..]))}V1NamespacedWidget",
            (string?)first.Body["paths"]![$"/apis/{widgets.Group}/v1/namespaces/{{namespace}}/widgets"]!["post"]!["operationId"]);
        Assert.NotNull(first.Body["definitions"]!["io.k8s.api.core.v1.Pod"]);

        (await Api.DeleteAsync(widgets.Definition)).Expect(200);
        await DefinitionTests.Eventually(async () => (await Api.GetAsync("/openapi/v2")).Body["definitions"]![name] is null);
    }

    [Fact]
    public async Task A_root_that_takes_anything_is_published_as_an_object_and_no_more()
    {
        var widgets = new Definitions(Api);
        var version = Definitions.Version("v1", """{"type":"object"}""").Replace("\"openAPIV3Schema\":{", "\"openAPIV3Schema\":{\"x-kubernetes-preserve-unknown-fields\":true,", StringComparison.Ordinal);
        await Api.CreateAsync(Definitions.Path, widgets.Body(version));

        var schema = (await Api.GetAsync("/openapi/v2")).Body["definitions"]![Name(widgets)]!.AsObject();

        Assert.Equal(["type", "x-kubernetes-group-version-kind"], schema.Select(m => m.Key));
    }

    [Fact]
    public async Task The_v3_document_of_the_group_version_has_everything_and_an_address_that_changes_with_it()
    {
        var widgets = new Definitions(Api);
        var path = $"apis/{widgets.Group}/v1";
        await widgets.CreateAsync("""
            {"type":"object","properties":{"n":{"type":"string","nullable":true},"e":{"type":"object","x-kubernetes-embedded-resource":true,"properties":{"x":{"type":"string"}}}}}
            """, "\"subresources\":{\"status\":{},\"scale\":{\"specReplicasPath\":\".spec.r\",\"statusReplicasPath\":\".status.r\"}},");

        var address = (string)(await Api.GetAsync("/openapi/v3")).Body["paths"]![path]!["serverRelativeURL"]!;
        var document = (await Api.GetAsync(address)).Expect(200).Body;
        await widgets.UpdateAsync(d => Definitions.SpecSchema(d)["description"] = "changed");
        var changed = (string)(await Api.GetAsync("/openapi/v3")).Body["paths"]![path]!["serverRelativeURL"]!;

        var schema = document["components"]!["schemas"]![Name(widgets)]!;
        Assert.Equal(true, (bool?)schema["properties"]!["spec"]!["properties"]!["n"]!["nullable"]);
        Assert.Equal("""["kind","apiVersion"]""", schema["properties"]!["spec"]!["properties"]!["e"]!["required"]!.ToJsonString());
        Assert.StartsWith("APIVersion defines the versioned schema", (string?)schema["properties"]!["apiVersion"]!["description"], StringComparison.Ordinal);
        Assert.StartsWith(
            "CreationTimestamp is a timestamp",
            (string?)document["components"]!["schemas"]!["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"]!["properties"]!["creationTimestamp"]!["description"],
            StringComparison.Ordinal);
        Assert.NotNull(document["paths"]![$"/{path}/namespaces/{{namespace}}/widgets/{{name}}/status"]!["put"]);
        Assert.NotNull(document["components"]!["schemas"]!["io.k8s.api.autoscaling.v1.Scale"]);
        Assert.NotEqual(address, changed);
    }

    private static string Name(Definitions widgets) => string.Join('.', widgets.Group.Split('.').Reverse()) + ".v1.Widget";
}
