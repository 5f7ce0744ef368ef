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

    [Fact]
    public void Parameters_that_operations_share_are_put_in_their_place()
    {
        var merged = Merge(Part("""
            {"paths":{"/apis/a.example/v1/things":{"parameters":[{"$ref":"#/parameters/pretty-1"}],"get":{"parameters":[{"$ref":"#/parameters/limit-1"},{"name":"own","in":"query"}]}}},
             "parameters":{"pretty-1":{"name":"pretty","in":"query"},"limit-1":{"name":"limit","in":"query"}}}
            """));

        var item = merged["paths"]!["/apis/a.example/v1/things"]!;
        Assert.Equal("pretty", (string?)item["parameters"]![0]!["name"]);
        Assert.Equal(["limit", "own"], item["get"]!["parameters"]!.AsArray().Select(p => (string?)p!["name"]));
    }

    [Fact]
    public void In_v3_bodies_are_apart_and_each_media_type_has_its_schema()
    {
        var path = ToV3("""
            {"paths":{"/apis/a.example/v1/things":{
               "parameters":[{"name":"namespace","in":"path","required":true,"type":"string","uniqueItems":true}],
               "post":{"operationId":"createThing","consumes":["application/json","application/yaml"],"produces":["application/json"],
                 "parameters":[{"name":"body","in":"body","required":true,"description":"it","schema":{"$ref":"#/definitions/Thing"}},{"name":"dryRun","in":"query","description":"how","type":"string"}],
                 "responses":{"201":{"description":"Created","schema":{"$ref":"#/definitions/Thing"}},"401":{"description":"Unauthorized"}}}}},
             "definitions":{"Thing":{"type":"object"}}}
            """)["paths"]!["/apis/a.example/v1/things"]!;

        var post = path["post"]!;
        Assert.Equal("""[{"name":"namespace","in":"path","required":true,"schema":{"type":"string","uniqueItems":true}}]""", path["parameters"]!.ToJsonString());
        Assert.Equal("""[{"name":"dryRun","in":"query","description":"how","schema":{"type":"string"}}]""", post["parameters"]!.ToJsonString());
        Assert.Equal(
            """{"description":"it","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Thing"}},"application/yaml":{"schema":{"$ref":"#/components/schemas/Thing"}}},"required":true}""",
            post["requestBody"]!.ToJsonString());
        Assert.Equal(
            """{"201":{"description":"Created","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Thing"}}}},"401":{"description":"Unauthorized"}}""",
            post["responses"]!.ToJsonString());
        Assert.Equal("createThing", (string?)post["operationId"]);
        Assert.Null(post["consumes"]);
    }

    [Fact]
    public void In_v3_a_reference_with_company_is_put_into_allOf()
    {
        var schemas = ToV3("""
            {"paths":{"/apis/a.example/v1/things":{"get":{"responses":{"200":{"schema":{"$ref":"#/definitions/Thing"}}}}}},
             "definitions":{"Thing":{"properties":{"a":{"$ref":"#/definitions/Inner"},"b":{"description":"why","$ref":"#/definitions/Inner"},"$ref":{"type":"array","items":{"$ref":"#/definitions/Inner"}}}},"Inner":{"type":"string"}}}
            """)["components"]!["schemas"]!;

        Assert.Equal(
            """{"a":{"$ref":"#/components/schemas/Inner"},"b":{"description":"why","allOf":[{"$ref":"#/components/schemas/Inner"}]},"$ref":{"type":"array","items":{"$ref":"#/components/schemas/Inner"}}}""",
            schemas["Thing"]!["properties"]!.ToJsonString());
        Assert.NotNull(schemas["Inner"]);
    }

    [Fact]
    public void A_v3_document_of_nothing_is_none() =>
        Assert.Null(Part("""{"paths":{"/apis/b.example/v1/others":{"get":{}},"/apis/a.example/v1/things":null}}""").ToV3("apis/a.example/v1"));

    private static JsonNode ToV3(string json)
    {
        var document = Part(json).ToV3("apis/a.example/v1")!;
        Assert.Equal("apis/a.example/v1", document.Path);
        Assert.NotEmpty(document.Protobuf.ToArray());
        return JsonNode.Parse(document.Json.Span)!;
    }

    private static OpenApiPart Part(string json, string group = "a.example") => OpenApiPart.Of(Encoding.UTF8.GetBytes(json), $"/apis/{group}/v1/");

    private static JsonNode Merge(params OpenApiPart[] parts) => JsonNode.Parse(OpenApiDocuments.V2With([], parts).Span)!;
}
