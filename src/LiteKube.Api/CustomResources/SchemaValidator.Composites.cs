using System.Text.Json.Nodes;
using LiteKube.Api.Validation;

namespace LiteKube.Api.CustomResources;

internal sealed partial class SchemaValidator
{
    /// <summary>Such errors are of the whole object.</summary>
    private static readonly FieldPath s_nowhere = new("<nil>");

    private void Composites(JsonNode? value, JsonSchema schema, FieldPath path)
    {
        if (schema.AnyOf.Count > 0 && Failures(schema.AnyOf, value, path, out var best) == schema.AnyOf.Count)
        {
            AddWhole($"\"{path}\" must validate at least one schema (anyOf)");
            errors.AddRange(best);
        }

        if (schema.OneOf.Count > 0)
        {
            var valid = schema.OneOf.Count - Failures(schema.OneOf, value, path, out best);
            if (valid != 1)
                AddWhole($"\"{path}\" must validate one and only one schema (oneOf). Found {(valid == 0 ? "none valid" : $"{valid} valid alternatives")}");
            if (valid == 0)
                errors.AddRange(best);
        }

        if (schema.AllOf.Count > 0)
        {
            var failed = 0;
            foreach (var part in schema.AllOf)
            {
                var count = errors.Count;
                Value(value, part, path, Before.None);
                failed += errors.Count > count ? 1 : 0;
            }

            if (failed > 0)
                AddWhole($"\"{path}\" must validate all the schemas (allOf){(failed == schema.AllOf.Count ? ". None validated" : "")}");
        }

        if (schema.Not is { } not && Failures([not], value, path, out _) == 0)
            AddWhole($"\"{path}\" must not validate the schema (not)");
    }

    /// <summary>How many schemas the value does not meet, and what stands between it and the one it is nearest to.</summary>
    private static int Failures(IReadOnlyList<JsonSchema> schemas, JsonNode? value, FieldPath path, out List<FieldError> best)
    {
        best = [];
        var failures = 0;
        foreach (var schema in schemas)
        {
            var found = new List<FieldError>();
            new SchemaValidator(found).Value(value, schema, path, Before.None);
            if (found.Count == 0)
                continue;
            failures++;
            if (best.Count == 0 || found.Count < best.Count)
                best = found;
        }

        return failures;
    }

    private void AddWhole(string what) => errors.Add(FieldError.Invalid(s_nowhere, "", what));
}
