using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Validation;

namespace LiteKube.Api.CustomResources;

/// <summary>
/// A schema is structural: it says the type of every field outside of logical combinations, and inside them only which values are right.
/// (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema)
/// </summary>
internal static class StructuralRules
{
    private enum Level
    {
        Root,
        Item,
        Field,
    }

    public static void Validate(FieldErrors errors, JsonObject schema, FieldPath path)
    {
        Node(errors, schema, Level.Root, path);
        Complete(errors, schema, path);
    }

    private static void Node(FieldErrors errors, JsonObject schema, Level level, FieldPath path)
    {
        var type = schema.String("type") ?? "";
        var embedded = schema.Bool("x-kubernetes-embedded-resource") == true;
        var preserves = schema.Bool("x-kubernetes-preserve-unknown-fields") == true;
        var intOrString = schema.Bool("x-kubernetes-int-or-string") == true;
        if (type == "array" && schema["items"] is not JsonObject)
            errors.Add(FieldError.Required(path.Child("items"), "must be specified"));
        if (schema["items"] is JsonObject items)
            Node(errors, items, Level.Item, path.Child("items"));
        foreach (var (name, property) in schema.Object("properties") ?? [])
            if (property is JsonObject inner)
                Node(errors, inner, Level.Field, path.Child("properties").Key(name));
        if (schema["additionalProperties"] is { } additional)
        {
            if (level == Level.Root)
                errors.Add(FieldError.Forbidden(path.Child("additionalProperties"), "must not be used at the root"));
            if (additional is JsonObject value)
                Node(errors, value, Level.Field, path.Child("additionalProperties"));
            if (embedded)
                errors.Add(FieldError.Forbidden(path.Child("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set"));
        }

        if (intOrString && preserves)
            errors.Add(FieldError.Invalid(path.Child("x-kubernetes-preserve-unknown-fields"), true, "must be false if x-kubernetes-int-or-string is true"));
        if (intOrString && embedded)
            errors.Add(FieldError.Invalid(path.Child("x-kubernetes-embedded-resource"), true, "must be false if x-kubernetes-int-or-string is true"));
        NestedRules.Values(errors, schema, path);
        if (embedded && type != "object")
            errors.Add(type.Length == 0
                ? FieldError.Required(path.Child("type"), "must be object if x-kubernetes-embedded-resource is true")
                : FieldError.Invalid(path.Child("type"), type, "must be object if x-kubernetes-embedded-resource is true"));
        else if (type.Length == 0 && !intOrString && !preserves)
            errors.Add(FieldError.Required(path.Child("type"), level switch
            {
                Level.Root => "must not be empty at the root",
                Level.Item => "must not be empty for specified array items",
                _ => "must not be empty for specified object fields",
            }));
        if (level == Level.Root && type.Length > 0 && type != "object")
            errors.Add(FieldError.Invalid(path.Child("type"), type, "must be object at the root"));
        Resource(errors, schema, level, embedded, path);
        if (embedded && !preserves && schema.Object("properties") is not { Count: > 0 })
            errors.Add(FieldError.Required(path.Child("properties"), "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"));
    }

    /// <summary>Of the fields that every resource has, a schema may say no more than what they are.</summary>
    private static void Resource(FieldErrors errors, JsonObject schema, Level level, bool embedded, FieldPath path)
    {
        if (level != Level.Root && !embedded)
            return;
        var properties = schema.Object("properties");
        foreach (var name in (ReadOnlySpan<string>)["kind", "apiVersion"])
            if (properties.Object(name) is { } text && text.String("type") != "string")
                errors.Add(FieldError.Invalid(path.Child("properties").Key(name).Child("type"), text.String("type") ?? "", "must be string"));
        if (properties.Object("metadata") is not { } metadata)
            return;
        var at = path.Child("properties").Key("metadata");
        if (metadata.String("type") != "object")
            errors.Add(FieldError.Invalid(at.Child("type"), metadata.String("type") ?? "", "must be object"));
        if (level != Level.Root)
            return;
        foreach (var (name, value) in metadata)
        {
            if (value is null || name is "type" or "description" || (name == "properties" && value is JsonObject of && of.All(p => p.Key is "name" or "generateName")))
                continue;
            errors.Add(FieldError.Forbidden(at, "must not specify anything other than name and generateName, but metadata is implicitly specified"));
            return;
        }
    }

    /// <summary>What a combination speaks of must be specified outside of it too.</summary>
    private static void Complete(FieldErrors errors, JsonObject schema, FieldPath path)
    {
        foreach (var (nested, at) in NestedRules.Junctors(schema, path))
            Covered(errors, schema, path, nested, at);
        if (schema["items"] is JsonObject items)
            Complete(errors, items, path.Child("items"));
        foreach (var (name, property) in schema.Object("properties") ?? [])
            if (property is JsonObject inner)
                Complete(errors, inner, path.Child("properties").Key(name));
        if (schema["additionalProperties"] is JsonObject additional)
            Complete(errors, additional, path.Child("additionalProperties"));
    }

    private static void Covered(FieldErrors errors, JsonObject? schema, FieldPath path, JsonObject nested, FieldPath at)
    {
        foreach (var (name, property) in nested.Object("properties") ?? [])
        {
            if (property is not JsonObject inner)
                continue;
            var place = at.Child("properties").Key(name);
            if (schema.Object("properties").Object(name) is { } known)
                Covered(errors, known, path.Child("properties").Key(name), inner, place);
            else if (schema?["additionalProperties"] is JsonObject value)
                Covered(errors, value, path.Child("additionalProperties"), inner, place);
            else
                errors.Add(FieldError.Required(path.Child("properties").Key(name), $"because it is defined in {place}"));
        }

        if (nested["items"] is JsonObject items)
        {
            if (schema?["items"] is JsonObject known)
                Covered(errors, known, path.Child("items"), items, at.Child("items"));
            else
                errors.Add(FieldError.Required(path.Child("items"), $"because it is defined in {at.Child("items")}"));
        }

        foreach (var (inner, place) in NestedRules.Junctors(nested, at))
            Covered(errors, schema, path, inner, place);
    }
}
