using System.Text.Json.Nodes;
using LiteKube.Api.Validation;

namespace LiteKube.Api.CustomResources;

/// <summary>What a schema says of a whole custom resource, after its metadata was judged.</summary>
internal static class CustomObjects
{
    private static readonly FieldPath s_nowhere = new("<nil>");

    /// <param name="old">The object before an update; null on creation.</param>
    public static void Validate(FieldErrors errors, CustomKind kind, JsonObject tree, JsonObject? old)
    {
        var found = new List<FieldError>();
        var validator = new SchemaValidator(found);
        validator.Value(tree, kind.Root, FieldPath.Root, Before.Of(old));
        foreach (var error in found)
            errors.Add(error);
        if (kind.Root.HasEmbedded)
            EmbeddedCheck.Check(errors, tree, kind.Root, FieldPath.Root, isRoot: true);
        if (old is null || !JsonNode.DeepEquals(WithoutMetadata(tree), WithoutMetadata(old)))
            ListTypeCheck.Check(errors, tree, kind.Root, FieldPath.Root);
        if (!kind.Root.HasRules || kind.Rules is not { } rules)
            return;
        if (validator.BlocksRules)
            errors.Add(FieldError.Invalid(s_nowhere, (JsonNode?)null, "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"));
        else
            foreach (var error in rules.Validate(tree, old))
                errors.Add(error);
    }

    private static JsonObject WithoutMetadata(JsonObject tree)
    {
        var copy = (JsonObject)tree.DeepClone();
        copy.Remove("metadata");
        return copy;
    }
}
