using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.OpenApi;

/// <summary>What OpenAPI 2 says, said in OpenAPI 3: bodies apart from parameters, a schema for each media type, and references to components.</summary>
internal static class OpenApiConversion
{
    private const string Definitions = "#/definitions/";
    private const string Components = "#/components/schemas/";
    private const string AnyMedia = "*/*";

    /// <summary>What of a v2 parameter belongs to its schema in v3.</summary>
    private static readonly string[] s_typing =
        ["type", "format", "items", "default", "enum", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "multipleOf", "uniqueItems"];

    public static JsonObject Paths(JsonObject paths) => Each(paths, item =>
    {
        var converted = new JsonObject();
        foreach (var (name, member) in item)
        {
            if (name == "parameters")
                AddParameters(converted, member);
            else
                converted[name] = member is JsonObject operation ? Operation(operation) : member?.DeepClone();
        }

        return converted;
    });

    public static JsonObject Schemas(JsonObject definitions) => Each(definitions, schema => Schema(schema)!);

    private static JsonObject Operation(JsonObject operation)
    {
        var converted = new JsonObject();
        foreach (var (name, member) in operation)
        {
            switch (name)
            {
                case "consumes" or "produces" or "schemes":
                    break;
                case "parameters":
                    AddParameters(converted, member);
                    if (Body(member) is { } body)
                        converted["requestBody"] = Request(body, Media(operation, "consumes"));
                    break;
                case "responses" when member is JsonObject responses:
                    converted[name] = Each(responses, response => Response(response, Media(operation, "produces")));
                    break;
                default:
                    converted[name] = member?.DeepClone();
                    break;
            }
        }

        return converted;
    }

    private static void AddParameters(JsonObject target, JsonNode? parameters)
    {
        var kept = (parameters as JsonArray ?? []).OfType<JsonObject>().Where(p => p.String("in") is not ("body" or "formData")).Select(Parameter).ToArray<JsonNode>();
        if (kept.Length > 0)
            target["parameters"] = new JsonArray(kept);
    }

    private static JsonObject? Body(JsonNode? parameters) => (parameters as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(p => p.String("in") == "body");

    private static JsonObject Parameter(JsonObject parameter)
    {
        var (converted, schema) = (new JsonObject(), new JsonObject());
        foreach (var (name, member) in parameter)
        {
            if (name != "collectionFormat")
                (s_typing.Contains(name) ? schema : converted)[name] = Schema(member);
        }

        if (schema.Count > 0)
            converted["schema"] = schema;
        return converted;
    }

    private static JsonObject Request(JsonObject body, IEnumerable<string> media)
    {
        var converted = new JsonObject();
        if (body["description"] is { } description)
            converted["description"] = description.DeepClone();
        converted["content"] = Content(body["schema"], media);
        if (body["required"] is { } required)
            converted["required"] = required.DeepClone();
        return converted;
    }

    private static JsonObject Response(JsonObject response, IEnumerable<string> media)
    {
        var converted = new JsonObject();
        foreach (var (name, member) in response)
        {
            if (name is not ("schema" or "examples" or "headers"))
                converted[name] = member?.DeepClone();
        }

        if (response.Object("headers") is { } headers)
            converted["headers"] = Each(headers, Parameter);
        if (response["schema"] is { } schema)
            converted["content"] = Content(schema, media);
        return converted;
    }

    private static JsonObject Content(JsonNode? schema, IEnumerable<string> media)
    {
        var content = new JsonObject();
        foreach (var type in media)
            content[type] = schema is null ? new JsonObject() : new JsonObject { ["schema"] = Schema(schema) };
        return content;
    }

    private static IEnumerable<string> Media(JsonObject operation, string name)
    {
        var media = (operation.Array(name) ?? []).Select(m => m.AsString()).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        return media.Length > 0 ? media : [AnyMedia];
    }

    /// <summary>A copy whose references lead to components. Beside a reference nothing counts in v3, so one with company is put into allOf.</summary>
    private static JsonNode? Schema(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray list:
                return new JsonArray([.. list.Select(Schema)]);
            case JsonObject members:
                var converted = new JsonObject();
                foreach (var (name, member) in members)
                {
                    if (name == "$ref" && member.AsString() is { } reference)
                        AddReference(converted, reference.StartsWith(Definitions, StringComparison.Ordinal) ? Components + reference[Definitions.Length..] : reference, alone: members.Count == 1);
                    else
                        converted[name] = Schema(member);
                }

                return converted;
            default:
                return node?.DeepClone();
        }
    }

    private static void AddReference(JsonObject schema, string reference, bool alone)
    {
        if (alone)
            schema["$ref"] = reference;
        else
            schema["allOf"] = new JsonArray(new JsonObject { ["$ref"] = reference });
    }

    private static JsonObject Each(JsonObject members, Func<JsonObject, JsonNode> convert)
    {
        var converted = new JsonObject();
        foreach (var (name, member) in members)
            converted[name] = member is JsonObject value ? convert(value) : member?.DeepClone();
        return converted;
    }
}
