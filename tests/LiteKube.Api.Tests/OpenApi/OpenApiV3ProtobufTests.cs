using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.OpenApi;

namespace LiteKube.Api.Tests.OpenApi;

/// <summary>The protobuf document of a group version says what the JSON one says. The numbers are those of openapi.v3 in gnostic's OpenAPIv3.proto.</summary>
public sealed class OpenApiV3ProtobufTests
{
    [Theory]
    [InlineData("api/v1")]
    [InlineData("apis/apps/v1")]
    [InlineData("apis/apiextensions.k8s.io/v1")]
    public void Every_schema_and_every_operation_is_there(string path)
    {
        var document = OpenApiDocuments.V3(path)!;
        var json = JsonNode.Parse(document.Json.Span)!.AsObject();
        var wire = new WireMessage(document.Protobuf.Span);
        Assert.Equal("3.0.0", wire.Text(1));
        Assert.Equal((string?)json["info"]!["version"], wire.Message(2)!.Text(6));

        var schemas = wire.Message(5)!.Message(1)!.Messages(1).ToDictionary(p => p.Text(1), p => p.Message(2)!);
        Assert.Equal(json["components"]!["schemas"]!.AsObject().Select(s => s.Key).Order(), schemas.Keys.Order());
        foreach (var (name, schema) in json["components"]!["schemas"]!.AsObject())
            Schema(name, schema!.AsObject(), schemas[name]);
        var bearer = wire.Message(5)!.Message(7)!.Message(1)!;
        Assert.Equal(("BearerToken", "apiKey", "header"), (bearer.Text(1), bearer.Message(2)!.Message(1)!.Text(1), bearer.Message(2)!.Message(1)!.Text(4)));

        var paths = wire.Message(4)!.Messages(1).ToDictionary(p => p.Text(1), p => p.Message(2)!);
        Assert.Equal(json["paths"]!.AsObject().Select(s => s.Key).Order(), paths.Keys.Order());
        string[] methods = ["get", "put", "post", "delete", "options", "head", "patch"];
        foreach (var (name, item) in json["paths"]!.AsObject())
        {
            Parameters(item!["parameters"], paths[name].Messages(13));
            for (var i = 0; i < methods.Length; i++)
            {
                Assert.Equal(item[methods[i]] is not null, paths[name].Has(4 + i));
                if (item[methods[i]] is { } operation)
                    Operation(operation, paths[name].Message(4 + i)!);
            }
        }
    }

    [Fact]
    public void What_schemas_of_definitions_may_say_is_kept()
    {
        var json = """
            {"openapi":"3.0.0","components":{"schemas":{"a":{"type":"object","nullable":true,"additionalProperties":false,"maximum":2.5,"minLength":3,"enum":["x",1],"default":"d","not":{"type":"string"},
             "oneOf":[{"$ref":"#/components/schemas/b"},{"type":"number","default":0}],"x-list":["k"]},"b":{"default":{"c":1},"example":{"e":1}},"c":{"default":true}}}}
            """;

        var schemas = new WireMessage(OpenApiProtobuf.OfV3(Encoding.UTF8.GetBytes(json))).Message(5)!.Message(1)!.Messages(1).Select(p => p.Message(2)!.Message(1)!).ToList();

        var a = schemas[0];
        Assert.Equal((1, 0), (a.Integer(1), a.Message(32)!.Integer(2)));
        Assert.True(a.Message(32)!.Has(2));
        Assert.Equal((2.5, 3), (a.Number(11), a.Integer(16)));
        Assert.Equal(["\"x\"", "1"], a.Messages(24).Select(m => m.Text(2)));
        Assert.Equal("d", a.Message(33)!.Text(3));
        Assert.Equal("string", a.Message(29)!.Text(25));
        var one = a.Messages(27).ToList();
        Assert.Equal("#/components/schemas/b", one[0].Message(2)!.Text(1));
        Assert.True(one[1].Message(1)!.Message(33)!.Has(1));
        Assert.Equal(("x-list", """["k"]"""), (a.Message(36)!.Text(1), a.Message(36)!.Message(2)!.Text(2)));
        Assert.Empty(schemas[1].Message(33)!.Numbers);
        Assert.Equal("""{"e":1}""", schemas[1].Message(7)!.Text(2));
        Assert.Equal(1, schemas[2].Message(33)!.Integer(2));
    }

    private static void Schema(string where, JsonObject json, WireMessage either)
    {
        if ((string?)json["$ref"] is { } reference)
        {
            Assert.Equal(reference, either.Message(2)!.Text(1));
            return;
        }

        var wire = either.Message(1)!;
        Assert.Equal((string?)json["type"] ?? "", wire.Text(25));
        Assert.Equal((string?)json["format"] ?? "", wire.Text(35));
        Assert.Equal((string?)json["description"] ?? "", wire.Text(34));
        Assert.Equal(json["required"]?.AsArray().Select(r => (string)r!) ?? [], wire.Texts(23));
        Assert.Equal(json.Count(m => m.Key.StartsWith("x-", StringComparison.Ordinal)), wire.Messages(36).Count());
        Assert.Equal(json["default"] is not null, wire.Has(33));
        if (json["allOf"] is JsonArray all)
            Assert.All(all.Zip(wire.Messages(26)), one => Schema(where, one.First!.AsObject(), one.Second));
        if (json["items"] is JsonObject items)
            Schema(where + "[]", items, wire.Message(30)!.Message(1)!);
        if (json["additionalProperties"] is JsonObject values)
            Schema(where + "{}", values, wire.Message(32)!.Message(1)!);
        var properties = (json["properties"]?.AsObject() ?? []).ToList();
        var written = wire.Message(31)?.Messages(1).ToList() ?? [];
        Assert.Equal(properties.Select(p => p.Key), written.Select(p => p.Text(1)));
        foreach (var ((name, property), pair) in properties.Zip(written))
            Schema($"{where}.{name}", property!.AsObject(), pair.Message(2)!);
    }

    private static void Operation(JsonNode json, WireMessage wire)
    {
        Assert.Equal((string?)json["operationId"], wire.Text(5));
        Assert.Contains("x-kubernetes-action", wire.Messages(13).Select(m => m.Text(1)));
        Parameters(json["parameters"], wire.Messages(6));
        Content(json["requestBody"]?["content"], wire.Message(7)?.Message(1)?.Message(2));
        var responses = wire.Message(8)!.Messages(2).ToDictionary(p => p.Text(1), p => p.Message(2)!.Message(1)!);
        foreach (var (code, response) in json["responses"]!.AsObject())
        {
            Assert.Equal((string?)response!["description"], responses[code].Text(1));
            Content(response["content"], responses[code].Message(3));
        }
    }

    private static void Content(JsonNode? json, WireMessage? wire)
    {
        var types = wire?.Messages(1).ToDictionary(p => p.Text(1), p => p.Message(2)!) ?? [];
        Assert.Equal((json?.AsObject() ?? []).Select(t => t.Key), types.Keys);
        foreach (var (type, media) in json?.AsObject() ?? [])
        {
            if (media!["schema"] is JsonObject schema)
                Schema(type, schema, types[type].Message(1)!);
        }
    }

    private static void Parameters(JsonNode? json, IEnumerable<WireMessage> wire)
    {
        var written = wire.Select(w => w.Message(1)!).ToList();
        Assert.Equal(json?.AsArray().Count ?? 0, written.Count);
        foreach (var (parameter, one) in (json?.AsArray() ?? []).Zip(written))
        {
            Assert.Equal(((string?)parameter!["name"], (string?)parameter["in"]), (one.Text(1), one.Text(2)));
            Schema("parameter", parameter["schema"]!.AsObject(), one.Message(10)!);
        }
    }
}
