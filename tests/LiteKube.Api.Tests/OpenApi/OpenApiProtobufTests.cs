using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.OpenApi;

namespace LiteKube.Api.Tests.OpenApi;

/// <summary>The protobuf document says what the JSON one says. The numbers are those of openapi.v2 in gnostic's OpenAPIv2.proto.</summary>
public sealed class OpenApiProtobufTests
{
    private static readonly JsonObject s_json = JsonNode.Parse(OpenApiDocuments.V2.Span)!.AsObject();
    private static readonly WireMessage s_document = new(OpenApiProtobuf.OfV2(OpenApiDocuments.V2));

    [Fact]
    public void The_head_and_the_security_definitions_are_there()
    {
        Assert.Equal("2.0", s_document.Text(1));
        Assert.Equal((string?)s_json["info"]!["title"], s_document.Message(2)!.Text(1));
        Assert.Equal((string?)s_json["info"]!["version"], s_document.Message(2)!.Text(2));
        var bearer = s_document.Message(13)!.Message(1)!;
        Assert.Equal("BearerToken", bearer.Text(1));
        Assert.Equal(["apiKey", "authorization", "header"], [.. Enumerable.Range(1, 3).Select(bearer.Message(2)!.Message(2)!.Text)]);
    }

    [Fact]
    public void Every_definition_has_its_schema()
    {
        var written = s_document.Message(9)!.Messages(1).ToDictionary(p => p.Text(1), p => p.Message(2)!);
        var definitions = s_json["definitions"]!.AsObject();
        Assert.Equal(definitions.Select(d => d.Key).Order(), written.Keys.Order());
        foreach (var (name, schema) in definitions)
            Schema(name, schema!.AsObject(), written[name]);
    }

    [Fact]
    public void Every_path_has_its_operations()
    {
        var written = s_document.Message(8)!.Messages(2).ToDictionary(p => p.Text(1), p => p.Message(2)!);
        var paths = s_json["paths"]!.AsObject();
        Assert.Equal(paths.Select(d => d.Key).Order(), written.Keys.Order());
        string[] methods = ["", "", "get", "put", "post", "delete", "options", "head", "patch"];
        foreach (var (path, item) in paths)
        {
            Parameters(item!["parameters"], written[path].Messages(9));
            for (var number = 2; number < methods.Length; number++)
            {
                Assert.Equal(item[methods[number]] is not null, written[path].Has(number));
                if (item[methods[number]] is { } operation)
                    Operation(operation, written[path].Message(number)!);
            }
        }
    }

    [Fact]
    public void What_schemas_of_definitions_may_say_is_kept()
    {
        var json = """
            {"swagger":"2.0","definitions":{"a":{"type":"object","additionalProperties":false,"maximum":2.5,"exclusiveMaximum":true,"minLength":3,"maxItems":4,"maxProperties":5,"pattern":"^x",
             "uniqueItems":true,"enum":["x",1,null],"default":{"b":[1]},"example":"e","x-list":["k"],"nullable":true,"items":{"type":"string"}},
             "b":{"additionalProperties":true,"allOf":[{"$ref":"#/definitions/a"}],"minimum":0}}}
            """;

        var schemas = new WireMessage(OpenApiProtobuf.OfV2(Encoding.UTF8.GetBytes(json))).Message(9)!.Messages(1).Select(p => p.Message(2)!).ToList();

        var a = schemas[0];
        Assert.True(a.Message(21)!.Has(2));
        Assert.Equal(0, a.Message(21)!.Integer(2));
        Assert.Equal(2.5, a.Number(7));
        Assert.Equal([1, 3, 4, 5, 1], [a.Integer(8), a.Integer(12), a.Integer(14), a.Integer(17), a.Integer(16)]);
        Assert.Equal("^x", a.Text(13));
        Assert.Equal(["\"x\"", "1", "null"], a.Messages(20).Select(m => m.Text(2)));
        Assert.Equal("""{"b":[1]}""", a.Message(5)!.Text(2));
        Assert.Equal("\"e\"", a.Message(30)!.Text(2));
        Assert.Equal("string", a.Message(23)!.Message(1)!.Message(22)!.Text(1));
        Assert.Equal(("x-list", """["k"]"""), (a.Message(31)!.Text(1), a.Message(31)!.Message(2)!.Text(2)));
        Assert.Equal(1, schemas[1].Message(21)!.Integer(2));
        Assert.Equal("#/definitions/a", schemas[1].Message(24)!.Text(1));
        Assert.False(schemas[1].Has(9));
    }

    private static void Schema(string where, JsonObject json, WireMessage wire)
    {
        Assert.Equal((string?)json["$ref"] ?? "", wire.Text(1));
        Assert.Equal((string?)json["format"] ?? "", wire.Text(2));
        Assert.Equal((string?)json["description"] ?? "", wire.Text(4));
        Assert.Equal(json["default"]?.ToJsonString() ?? "", wire.Message(5)?.Text(2) ?? "");
        Assert.Equal(Strings(json["required"]), wire.Texts(19));
        Assert.Equal((string?)json["type"] ?? "", wire.Message(22)?.Text(1) ?? "");
        Assert.Equal(json.Where(m => m.Key.StartsWith("x-", StringComparison.Ordinal)).Select(m => (m.Key, JsonNode.Parse(m.Value!.ToJsonString())!.ToJsonString())), wire.Messages(31).Select(m => (m.Text(1), JsonNode.Parse(m.Message(2)!.Text(2))!.ToJsonString())));
        if (json["items"] is JsonObject items)
            Schema(where + "[]", items, wire.Message(23)!.Message(1)!);
        if (json["additionalProperties"] is JsonObject values)
            Schema(where + "{}", values, wire.Message(21)!.Message(1)!);
        var properties = (json["properties"]?.AsObject() ?? []).ToList();
        var written = wire.Message(25)?.Messages(1).ToList() ?? [];
        Assert.Equal(properties.Select(p => p.Key), written.Select(p => p.Text(1)));
        foreach (var ((name, property), pair) in properties.Zip(written))
            Schema($"{where}.{name}", property!.AsObject(), pair.Message(2)!);
    }

    private static void Operation(JsonNode json, WireMessage wire)
    {
        Assert.Equal((string?)json["operationId"], wire.Text(5));
        Assert.Equal(Strings(json["tags"]), wire.Texts(1));
        Assert.Equal(Strings(json["produces"]), wire.Texts(6));
        Assert.Equal(Strings(json["consumes"]), wire.Texts(7));
        Assert.Contains("x-kubernetes-action", wire.Messages(13).Select(m => m.Text(1)));
        Parameters(json["parameters"], wire.Messages(8));
        var responses = wire.Message(9)!.Messages(1).ToDictionary(p => p.Text(1), p => p.Message(2)!.Message(1)!);
        foreach (var (code, response) in json["responses"]!.AsObject())
        {
            Assert.Equal((string?)response!["description"], responses[code].Text(1));
            Assert.Equal((string?)response["schema"]?["$ref"] ?? "", responses[code].Message(2)?.Message(1)?.Text(1) ?? "");
        }
    }

    private static void Parameters(JsonNode? json, IEnumerable<WireMessage> wire)
    {
        var written = wire.Select(w => w.Message(1)!).ToList();
        Assert.Equal(json?.AsArray().Count ?? 0, written.Count);
        foreach (var (parameter, one) in (json?.AsArray() ?? []).Zip(written))
        {
            var place = (string)parameter!["in"]!;
            var found = place == "body" ? one.Message(1)! : one.Message(2)!.Message(place == "query" ? 3 : 4)!;
            var (name, at, required) = place == "body" ? (2, 3, 4) : (4, 2, 1);
            Assert.Equal((string?)parameter["name"], found.Text(name));
            Assert.Equal(place, found.Text(at));
            Assert.Equal((bool?)parameter["required"] ?? false, found.Integer(required) == 1);
            if (place == "body")
                Schema("body", parameter["schema"]!.AsObject(), found.Message(5)!);
            else
                Assert.Equal((string?)parameter["type"], found.Text(place == "query" ? 6 : 5));
        }
    }

    private static IEnumerable<string> Strings(JsonNode? list) => list?.AsArray().Select(v => (string)v!) ?? [];
}
