using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.CustomResources;
using LiteKube.Api.Schema;
using LiteKube.Api.Validation.Rules;

namespace LiteKube.Api.Validation;

/// <summary>
/// Says everything that is wrong with an object, after structure check and defaulting. What is required, which values there are and which
/// range a number has come from the schema; what takes code stands in Rules, by type. Callers turn a non-empty answer into
/// <see cref="InvalidObject"/>.
/// </summary>
public static class Validator
{
    public static IReadOnlyList<FieldError> ValidateCreate(KindSchema kind, JsonObject tree)
    {
        var errors = new FieldErrors();
        MetadataRules.Validate(errors, tree.Object("metadata"), FieldPath.Root.Child("metadata"), kind);
        Whole(errors, kind, tree, null);
        CreateRules.Of(kind.Type.Name)?.Invoke(errors, tree);
        return errors.All;
    }

    /// <summary>Validates the new object as a whole, and what may change of the old one.</summary>
    public static IReadOnlyList<FieldError> ValidateUpdate(KindSchema kind, JsonObject tree, JsonObject old)
    {
        var errors = new FieldErrors();
        MetadataRules.Validate(errors, tree.Object("metadata"), FieldPath.Root.Child("metadata"), kind);
        MetadataRules.ValidateUpdate(errors, tree.Object("metadata"), old.Object("metadata"), FieldPath.Root.Child("metadata"));
        Whole(errors, kind, tree, old);
        UpdateRules.Of(kind.Type.Name)?.Invoke(errors, tree, old);
        return errors.All;
    }

    /// <summary>Validates an update of the status sub-resource: metadata, and the status where there are rules for it.</summary>
    public static IReadOnlyList<FieldError> ValidateStatusUpdate(KindSchema kind, JsonObject tree, JsonObject old)
    {
        var errors = new FieldErrors();
        MetadataRules.ValidateUpdate(errors, tree.Object("metadata"), old.Object("metadata"), FieldPath.Root.Child("metadata"));
        if (kind.Custom is not null)
            Whole(errors, kind, tree, old);
        StatusRules.Of(kind.Type.Name)?.Invoke(errors, tree);
        return errors.All;
    }

    /// <summary>Validates a body that is not a resource of its own: Scale, Eviction, TokenRequest.</summary>
    public static IReadOnlyList<FieldError> Validate(TypeSchema type, JsonObject tree)
    {
        var errors = new FieldErrors();
        type.Validation.Validate(errors, tree, FieldPath.Root);
        return errors.All;
    }

    private static void Whole(FieldErrors errors, KindSchema kind, JsonObject tree, JsonObject? old)
    {
        if (kind.Custom is { } custom)
            CustomObjects.Validate(errors, custom, tree, old);
        else
            kind.Type.Validation.Validate(errors, tree, FieldPath.Root);
    }
}
