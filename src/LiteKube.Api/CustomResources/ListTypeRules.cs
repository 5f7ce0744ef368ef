using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Validation;
using LiteKube.Api.Validation.Rules;

namespace LiteKube.Api.CustomResources;

/// <summary>x-kubernetes-list-type and x-kubernetes-list-map-keys.</summary>
internal static class ListTypeRules
{
    private const string Keys = "x-kubernetes-list-map-keys";
    private const string ListType = "x-kubernetes-list-type";

    public static void Validate(FieldErrors errors, JsonObject schema, FieldPath path)
    {
        var keys = schema.Array(Keys) ?? [];
        var type = schema.String(ListType);
        if (type is not null)
        {
            if (schema.String("type") is not { Length: > 0 } own)
                errors.Add(FieldError.Required(path.Child("type"), "must be array if x-kubernetes-list-type is specified"));
            else if (own != "array")
                errors.Add(FieldError.Invalid(path.Child("type"), own, "must be array if x-kubernetes-list-type is specified"));
            if (type is not ("atomic" or "set" or "map"))
                errors.Add(FieldError.NotSupported(path.Child(ListType), type, "atomic", "map", "set"));
        }

        if (keys.Count > 0 && type is null)
            errors.Add(FieldError.Required(path.Child(ListType), "must be map if x-kubernetes-list-map-keys is non-empty"));
        else if (keys.Count > 0 && type != "map")
            errors.Add(FieldError.Invalid(path.Child(ListType), type!, "must be map if x-kubernetes-list-map-keys is non-empty"));
        if (type == "map")
            Map(errors, schema, keys, path);
        if (type == "set")
            Set(errors, schema.Object("items"), path.Child("items"));
    }

    private static void Map(FieldErrors errors, JsonObject schema, JsonArray keys, FieldPath path)
    {
        if (keys.Count == 0)
            errors.Add(FieldError.Required(path.Child(Keys), "must not be empty if x-kubernetes-list-type is map"));
        if (schema.Object("items") is not { } items)
        {
            errors.Add(FieldError.Required(path.Child("items"), "must have a schema if x-kubernetes-list-type is map"));
            return;
        }

        if (items.String("type") != "object")
            errors.Add(FieldError.Invalid(path.Child("items", "type"), items.String("type") ?? "", "must be object if parent array's x-kubernetes-list-type is map"));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < keys.Count; i++)
        {
            var key = keys[i].AsString() ?? "";
            if (!seen.Add(key))
                errors.Add(FieldError.Invalid(path.Child(Keys), keys, "must not contain duplicate entries"));
            if (items.Object("properties").Object(key) is not { } property)
            {
                errors.Add(FieldError.Invalid(path.Child(Keys).Index(i), key, "entries must all be names of item properties"));
                continue;
            }

            var at = path.Child("items", "properties").Key(key);
            if (property.String("type") is "array" or "object")
                errors.Add(FieldError.Invalid(at.Child("type"), property.String("type")!, "must be a scalar type if parent array's x-kubernetes-list-type is map"));
            if (property.Bool("nullable") == true)
                errors.Add(FieldError.Forbidden(at.Child("nullable"), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"));
            if (!property.Has("default") && !FieldRules.Contains(items.Array("required"), key))
                errors.Add(FieldError.Required(at.Child("default"), "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"));
        }
    }

    private static void Set(FieldErrors errors, JsonObject? items, FieldPath path)
    {
        if (items is null)
            return;
        if (items.Bool("nullable") == true)
            errors.Add(FieldError.Forbidden(path.Child("nullable"), "cannot be nullable when x-kubernetes-list-type is set"));
        if (items.String("type") == "object" && items.String("x-kubernetes-map-type") != "atomic")
            errors.Add(FieldError.Invalid(path.Child("x-kubernetes-map-type"), items["x-kubernetes-map-type"], "must be atomic as item of a list with x-kubernetes-list-type=set"));
        if (items.String("type") == "array" && items.String(ListType) is not (null or "atomic"))
            errors.Add(FieldError.Invalid(path.Child(ListType), items[ListType], "must be atomic as item of a list with x-kubernetes-list-type=set"));
    }
}
