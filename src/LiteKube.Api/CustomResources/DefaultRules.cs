using System.Text.Json.Nodes;
using LiteKube.Api.Validation;

namespace LiteKube.Api.CustomResources;

/// <summary>Defaults fit their own schema.</summary>
internal static class DefaultRules
{
    public static void Validate(FieldErrors errors, JsonSchema schema, FieldPath path)
    {
        if (!schema.HasDefaults)
            return;
        if (schema.Default is { } value)
            Fits(errors, value, schema, path.Child("default"));
        foreach (var (name, property) in schema.Properties)
            Validate(errors, property, path.Child("properties").Key(name));
        if (schema.Items is { } items)
            Validate(errors, items, path.Child("items"));
        if (schema.AdditionalProperties is { } additional)
            Validate(errors, additional, path.Child("additionalProperties"));
    }

    private static void Fits(FieldErrors errors, JsonNode value, JsonSchema schema, FieldPath path)
    {
        if (value is JsonObject members && schema.Type == "object" && !schema.IsEmbedded)
        {
            var pruned = (JsonObject)members.DeepClone();
            if (SchemaPruner.PruneMember(pruned, schema).Count > 0)
                errors.Add(FieldError.Invalid(path, value, "must not have unknown fields"));
        }

        var found = new List<FieldError>();
        var filled = value.DeepClone();
        SchemaDefaults.Apply(filled, schema);
        new SchemaValidator(found).Value(filled, schema, path, Before.None);
        foreach (var error in found)
            errors.Add(error);
        ListTypeCheck.Check(errors, filled, schema, path);
    }
}
