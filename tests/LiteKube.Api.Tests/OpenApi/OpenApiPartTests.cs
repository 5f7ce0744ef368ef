using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.OpenApi;

namespace LiteKube.Api.Tests.OpenApi;

/// <summary>What another server describes, put beside this server's own.</summary>
public sealed class OpenApiPartTests
{
    private const string Pod = "io.k8s.api.core.v1.Pod";

    [Fact]
    public void Only_the_group_version_asked_for_and_what_it_leads_to_is_taken()
    {
        var merged = Merge(Part("""
            {"paths":{"/apis/a.example/v1/things":{"get":{"responses":{"200":{"schema":{"$ref":"#/definitions/Thing"}}}}},"/apis/b.example/v1/others":{"get":{}}},
             "definitions":{"Thing":{"properties":{"part":{"$ref":"#/definitions/Inner"}}},"Inner":{"type":"string"},"Unused":{"type":"string"}}}
            """));

        Assert.NotNull(merged["paths"]!["/apis/a.example/v1/things"]);
        Assert.Null(merged["paths"]!["/apis/b.example/v1/others"]);
        Assert.NotNull(merged["definitions"]!["Thing"]);
        Assert.NotNull(merged["definitions"]!["Inner"]);
        Assert.Null(merged["definitions"]!["Unused"]);
        Assert.NotNull(merged["definitions"]![Pod]);
    }

    [Fact]
    public void A_name_that_means_something_else_here_is_renamed_with_all_that_leads_to_it()
    {
        var merged = Merge(Part("""
            {"paths":{"/apis/a.example/v1/things":{"get":{"responses":{"200":{"schema":{"$ref":"#/definitions/Thing"}}}}}},
             "definitions":{"Thing":{"properties":{"pod":{"$ref":"#/definitions/io.k8s.api.core.v1.Pod"}}},"io.k8s.api.core.v1.Pod":{"type":"string"}}}
            """));

        Assert.Equal("object", (string?)merged["definitions"]![Pod]!["type"]);
        Assert.Equal("string", (string?)merged["definitions"]![Pod + "_v2"]!["type"]);
        Assert.Equal($"#/definitions/{Pod}_v2", (string?)merged["definitions"]!["Thing"]!["properties"]!["pod"]!["$ref"]);
    }

    [Fact]
    public void What_is_the_same_is_shared_and_what_leads_to_another_meaning_is_not()
    {
        const string first = """
            {"paths":{"/apis/a.example/v1/x":{"get":{"schema":{"$ref":"#/definitions/Outer"}}}},
             "definitions":{"Outer":{"properties":{"i":{"$ref":"#/definitions/Inner"},"s":{"$ref":"#/definitions/Same"}}},"Inner":{"type":"string"},"Same":{"type":"boolean"}}}
            """;

        var merged = Merge(Part(first), Part(first.Replace("a.example", "b.example", StringComparison.Ordinal).Replace("\"string\"", "\"integer\"", StringComparison.Ordinal), "b.example"));

        Assert.Equal("#/definitions/Outer", (string?)merged["paths"]!["/apis/a.example/v1/x"]!["get"]!["schema"]!["$ref"]);
        Assert.Equal("#/definitions/Outer_v2", (string?)merged["paths"]!["/apis/b.example/v1/x"]!["get"]!["schema"]!["$ref"]);
        Assert.Equal("#/definitions/Inner_v2", (string?)merged["definitions"]!["Outer_v2"]!["properties"]!["i"]!["$ref"]);
        Assert.Equal("#/definitions/Same", (string?)merged["definitions"]!["Outer_v2"]!["properties"]!["s"]!["$ref"]);
        Assert.Null(merged["definitions"]!["Same_v2"]);
    }

    private static OpenApiPart Part(string json, string group = "a.example") => OpenApiPart.Of(Encoding.UTF8.GetBytes(json), $"/apis/{group}/v1/");

    private static JsonNode Merge(params OpenApiPart[] parts) => JsonNode.Parse(OpenApiDocuments.V2With([], parts).Span)!;
}
