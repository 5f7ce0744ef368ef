using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.OpenApi;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Tests.Schema;

public class OpenApiDocumentsTests
{
    private static JsonNode V3(string path) => JsonNode.Parse(OpenApiDocuments.V3(path)!.Json.Span)!;

    [Fact]
    public void V3_PatchOperations_TakeFieldValidation()
    {
        foreach (var kind in ApiSchema.Current.Kinds.Where(k => k.Verbs.Contains("patch")))
        {
            var item = (kind.Resource.Namespaced ? $"{kind.Resource.BasePath}/namespaces/{{namespace}}/" : kind.Resource.BasePath + "/") + kind.Resource.Plural + "/{name}";
            var patch = V3(kind.Resource.BasePath.TrimStart('/'))["paths"]![item]!["patch"]!;
            Assert.Contains(patch["parameters"]!.AsArray(), p => p!["name"]!.GetValue<string>() == "fieldValidation");
            Assert.Equal(kind.Resource.Kind, patch["x-kubernetes-group-version-kind"]!["kind"]!.GetValue<string>());
        }
    }

    [Fact]
    public void V3_CarriesWhatPatchesNeed()
    {
        var schemas = V3("apis/apps/v1")["components"]!["schemas"]!;
        var containers = schemas["io.k8s.api.core.v1.PodSpec"]!["properties"]!["containers"]!;
        Assert.Equal("name", containers["x-kubernetes-patch-merge-key"]!.GetValue<string>());
        Assert.Equal("merge", containers["x-kubernetes-patch-strategy"]!.GetValue<string>());
        Assert.Equal("""["name"]""", containers["x-kubernetes-list-map-keys"]!.ToJsonString());
        var strategy = schemas["io.k8s.api.apps.v1.DeploymentSpec"]!["properties"]!["strategy"]!;
        Assert.Equal("#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy", strategy["allOf"]![0]!["$ref"]!.GetValue<string>());
        Assert.Equal("""[{"group":"apps","kind":"Deployment","version":"v1"}]""", schemas["io.k8s.api.apps.v1.Deployment"]!["x-kubernetes-group-version-kind"]!.ToJsonString());
        Assert.NotNull(schemas["io.k8s.api.apps.v1.DeploymentList"]);
    }

    public static TheoryData<string> Documents() => ["v2", .. OpenApiDocuments.V3Paths];

    [Theory]
    [MemberData(nameof(Documents))]
    public void EveryReference_LeadsSomewhere_AndNoMemberIsTwice(string path)
    {
        var json = path == "v2" ? OpenApiDocuments.V2 : OpenApiDocuments.V3(path)!.Json;
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        Walk(document.RootElement);

        void Walk(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
                foreach (var item in element.EnumerateArray())
                    Walk(item);
            if (element.ValueKind != JsonValueKind.Object)
                return;
            foreach (var member in element.EnumerateObject())
            {
                if (member is { Name: "$ref", Value.ValueKind: JsonValueKind.String })
                {
                    var at = document.RootElement;
                    foreach (var step in member.Value.GetString()![2..].Split('/'))
                        Assert.True(at.TryGetProperty(step, out at), member.Value.GetString());
                }

                Walk(member.Value);
            }
        }
    }

    [Fact]
    public void OperationIds_AreUnique()
    {
        using var document = JsonDocument.Parse(OpenApiDocuments.V2);
        var ids = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject()).Where(o => o.Name != "parameters")
            .Select(o => o.Value.GetProperty("operationId").GetString()!).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Contains("readAppsV1NamespacedDeploymentScale", ids);
        Assert.Contains("listCoreV1PodForAllNamespaces", ids);
    }

    [Fact]
    public void Index_NamesEachDocumentWithItsHash()
    {
        var index = JsonNode.Parse(OpenApiDocuments.V3Index([new OpenApiV3Document("apis/example.com/v1", "AB", default)], [("apis/other.example.com/v1", "/openapi/v3/apis/other.example.com/v1?hash=CD")]))!["paths"]!;
        Assert.Equal($"/openapi/v3/api/v1?hash={OpenApiDocuments.V3("api/v1")!.Hash}", index["api/v1"]!["serverRelativeURL"]!.GetValue<string>());
        Assert.Equal("/openapi/v3/apis/example.com/v1?hash=AB", index["apis/example.com/v1"]!["serverRelativeURL"]!.GetValue<string>());
        Assert.Null(OpenApiDocuments.V3("apis/nope/v1"));
    }
}
