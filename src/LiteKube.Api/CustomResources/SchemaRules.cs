using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Validation;

namespace LiteKube.Api.CustomResources;

/// <summary>What the schema of a definition may say at all; that it is structural is for <see cref="StructuralRules"/>.</summary>
internal static class SchemaRules
{
    private static readonly string[] s_types = ["array", "boolean", "integer", "number", "object", "string"];
    private static readonly string[] s_unsupported = ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"];

    // In upstream's order and spelling, which is part of the message.
    private static readonly string[] s_rootFields =
    [
        "Description", "Type", "Format", "Title", "Maximum", "ExclusiveMaximum", "Minimum", "ExclusiveMinimum", "MaxLength", "MinLength", "Pattern", "MaxItems", "MinItems", "UniqueItems",
        "MultipleOf", "Required", "Items", "Properties", "ExternalDocs", "Example", "XPreserveUnknownFields", "XValidations",
    ];

    public static void Validate(FieldErrors errors, JsonObject version, FieldPath path)
    {
        if (version.Object("schema").Object("openAPIV3Schema") is not { } schema)
        {
            errors.Add(FieldError.Required(path, "schemas are required"));
            return;
        }

        if (version.Object("subresources").Object("status") is not null)
            Root(errors, schema, path);
        var before = errors.All.Count;
        Node(errors, schema, path);
        StructuralRules.Validate(errors, schema, path);
        if (errors.All.Count == before)
            DefaultRules.Validate(errors, JsonSchema.Parse(schema), path);
    }

    // So that what is said of status can be taken from properties[status] alone.
    private static void Root(FieldErrors errors, JsonObject schema, FieldPath path)
    {
        foreach (var (name, value) in schema)
        {
            if (IsZero(value) || s_rootFields.Contains(name switch
            {
                "x-kubernetes-preserve-unknown-fields" => "XPreserveUnknownFields",
                "x-kubernetes-validations" => "XValidations",
                _ => char.ToUpperInvariant(name[0]) + name[1..],
            }))
                continue;
            errors.Add(FieldError.Invalid(path, schema, $"only [{string.Join(' ', s_rootFields)}] fields are allowed at the root of the schema if the status subresource is enabled"));
            return;
        }
    }

    private static void Node(FieldErrors errors, JsonObject schema, FieldPath path)
    {
        foreach (var name in s_unsupported)
            if (schema[name] is { } given && !IsZero(given))
                errors.Add(FieldError.Forbidden(path.Child(name), $"{name} is not supported"));
        if (schema.Bool("uniqueItems") == true)
            errors.Add(FieldError.Forbidden(path.Child("uniqueItems"), "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
        if (schema.String("type") == "null")
            errors.Add(FieldError.Forbidden(path.Child("type"), "type cannot be set to null, use nullable as an alternative"));
        else if (schema.String("type") is { Length: > 0 } type && !s_types.Contains(type))
            errors.Add(FieldError.NotSupported(path.Child("type"), type, s_types));
        if (schema["items"] is JsonArray)
            errors.Add(FieldError.Forbidden(path.Child("items"), "items must be a schema object and not an array"));
        Additional(errors, schema, path);
        if (schema["x-kubernetes-preserve-unknown-fields"].AsBool() == false)
            errors.Add(FieldError.Invalid(path.Child("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined"));
        ListTypeRules.Validate(errors, schema, path);
        MapType(errors, schema, path);
        foreach (var (inner, at) in Inner(schema, path))
            Node(errors, inner, at);
    }

    private static void Additional(FieldErrors errors, JsonObject schema, FieldPath path)
    {
        if (schema["additionalProperties"] is not { } additional)
            return;
        if (schema.Object("properties") is { Count: > 0 } && additional.AsBool() != true)
            errors.Add(FieldError.Forbidden(path.Child("additionalProperties"), "additionalProperties and properties are mutual exclusive"));
        else if (additional.AsBool() == false)
            errors.Add(FieldError.Forbidden(path.Child("additionalProperties"), "additionalProperties cannot be set to false"));
    }

    private static void MapType(FieldErrors errors, JsonObject schema, FieldPath path)
    {
        if (schema.String("x-kubernetes-map-type") is not { } type)
            return;
        if (schema.String("type") is not { Length: > 0 } own)
            errors.Add(FieldError.Required(path.Child("type"), "must be object if x-kubernetes-map-type is specified"));
        else if (own != "object")
            errors.Add(FieldError.Invalid(path.Child("type"), own, "must be object if x-kubernetes-map-type is specified"));
        if (type is not ("atomic" or "granular"))
            errors.Add(FieldError.NotSupported(path.Child("x-kubernetes-map-type"), type, "atomic", "granular"));
    }

    /// <summary>Every schema directly inside one, with its place.</summary>
    public static IEnumerable<(JsonObject Schema, FieldPath Path)> Inner(JsonObject schema, FieldPath path)
    {
        if (schema["additionalProperties"] is JsonObject additional)
            yield return (additional, path.Child("additionalProperties"));
        foreach (var (name, property) in schema.Object("properties") ?? [])
            if (property is JsonObject inner)
                yield return (inner, path.Child("properties").Key(name));
        if (schema["items"] is JsonObject items)
            yield return (items, path.Child("items"));
        if (schema.Object("not") is { } not)
            yield return (not, path.Child("not"));
        foreach (var name in (string[])["allOf", "oneOf", "anyOf"])
        {
            var list = schema.Array(name) ?? [];
            for (var i = 0; i < list.Count; i++)
                if (list[i] is JsonObject one)
                    yield return (one, path.Child(name).Index(i));
        }
    }

    private static bool IsZero(JsonNode? value) => value switch
    {
        null => true,
        JsonArray list => list.Count == 0,
        JsonObject => false,
        _ => value.GetValueKind() switch { JsonValueKind.False => true, JsonValueKind.String => value.AsString() is "", JsonValueKind.Number => value.AsDouble() == 0, _ => false },
    };
}
