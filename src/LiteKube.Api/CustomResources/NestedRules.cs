using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Validation;

namespace LiteKube.Api.CustomResources;

/// <summary>Schemas inside allOf, anyOf, oneOf and not: they judge values and specify nothing.</summary>
internal static class NestedRules
{
    private static readonly (string Name, string Wrong)[] s_forbidden =
    [
        ("type", "must be empty to be structural"), ("additionalProperties", "must be undefined to be structural"), ("default", "must be undefined to be structural"),
        ("title", "must be empty to be structural"), ("description", "must be empty to be structural"), ("nullable", "must be false to be structural"),
        ("externalDocs", "must be undefined to be structural"), ("x-kubernetes-preserve-unknown-fields", "must be false to be structural"),
        ("x-kubernetes-embedded-resource", "must be false to be structural"), ("x-kubernetes-int-or-string", "must be false to be structural"),
        ("x-kubernetes-list-map-keys", "must be empty to be structural"), ("x-kubernetes-list-type", "must be undefined to be structural"),
        ("x-kubernetes-map-type", "must be undefined to be structural"), ("x-kubernetes-validations", "must be empty to be structural"),
    ];

    /// <summary>The value validations of a node: its pattern, and what its combinations say.</summary>
    public static void Values(FieldErrors errors, JsonObject schema, FieldPath path)
    {
        var skipAnyOf = IsIntOrString(schema);
        var skipAllOf = (schema.Array("allOf") ?? []).FirstOrDefault() is JsonObject first && IsIntOrString(first);
        foreach (var (nested, at) in Junctors(schema, path, skipAnyOf))
            Nested(errors, nested, at, skipAllOf && ReferenceEquals(nested, schema.Array("allOf")![0]));
        if (schema.String("pattern") is { Length: > 0 } pattern && Re2.TryCompile(pattern, out var error) is null)
            errors.Add(FieldError.Invalid(path.Child("pattern"), pattern, $"must be a valid regular expression, but isn't: {error}"));
    }

    public static IEnumerable<(JsonObject Schema, FieldPath Path)> Junctors(JsonObject schema, FieldPath path, bool skipAnyOf = false)
    {
        foreach (var name in (string[])["anyOf", "allOf", "oneOf"])
        {
            if (skipAnyOf && name == "anyOf")
                continue;
            var list = schema.Array(name) ?? [];
            for (var i = 0; i < list.Count; i++)
                if (list[i] is JsonObject one)
                    yield return (one, path.Child(name).Index(i));
        }

        if (schema.Object("not") is { } not)
            yield return (not, path.Child("not"));
    }

    private static void Nested(FieldErrors errors, JsonObject schema, FieldPath path, bool skipAnyOf = false)
    {
        foreach (var (inner, at) in Junctors(schema, path, skipAnyOf))
            Nested(errors, inner, at);
        if (schema["items"] is JsonObject items)
            Nested(errors, items, path.Child("items"));
        foreach (var (name, property) in schema.Object("properties") ?? [])
        {
            if (property is JsonObject inner)
                Nested(errors, inner, path.Child("properties").Key(name));
            if (name == "metadata")
                errors.Add(FieldError.Forbidden(path.Child("properties").Key(name), "must not be specified in a nested context"));
        }

        foreach (var (name, wrong) in s_forbidden)
            if (schema[name] is { } given && given.AsBool() != false && given.AsString() is not "" && given is not JsonArray { Count: 0 })
                errors.Add(FieldError.Forbidden(path.Child(name), wrong));
        if (schema.String("pattern") is { Length: > 0 } pattern && Re2.TryCompile(pattern, out var error) is null)
            errors.Add(FieldError.Invalid(path.Child("pattern"), pattern, $"must be a valid regular expression, but isn't: {error}"));
    }

    // The one combination that may name types: how int-or-string was said before it had an extension.
    private static bool IsIntOrString(JsonObject schema) =>
        schema.Array("anyOf") is { Count: 2 } any && Is(any[0], "integer") && Is(any[1], "string");

    private static bool Is(JsonNode? schema, string type) => schema is JsonObject { Count: 1 } only && only.String("type") == type;
}
