using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>What a question to the authorizer must say.</summary>
internal static class ReviewRules
{
    public static void Subject(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        Self(errors, spec, path);
        if (string.IsNullOrEmpty(spec.String("user")) && spec.Array("groups") is not { Count: > 0 })
            errors.Add(FieldError.Invalid(path.Child("user"), spec.String("user") ?? "", "at least one of user or group must be specified"));
    }

    public static void Self(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        if (spec["resourceAttributes"] is not null && spec["nonResourceAttributes"] is { } both)
            errors.Add(FieldError.Invalid(path.Child("nonResourceAttributes"), both, "cannot be specified in combination with resourceAttributes"));
        else if (spec["resourceAttributes"] is null && spec["nonResourceAttributes"] is null)
            errors.Add(FieldError.Invalid(path.Child("resourceAttributes"), (JsonNode?)null, "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
    }

    /// <summary>Of fields or of labels. Operators that nobody here knows narrow nothing, so that newer clients get their answer.</summary>
    public static void Selector(FieldErrors errors, JsonObject selector, FieldPath path)
    {
        var raw = selector.String("rawSelector") ?? "";
        var requirements = selector.Array("requirements") ?? [];
        if (raw.Length > 0 && requirements.Count > 0)
            errors.Add(FieldError.Invalid(path.Child("rawSelector"), raw, "may not specified at the same time as requirements"));
        if (raw.Length == 0 && requirements.Count == 0)
            errors.Add(FieldError.Required(path.Child("requirements"), $"when {path} is specified, requirements or rawSelector is required"));
        for (var i = 0; i < requirements.Count; i++)
        {
            if (requirements[i] is JsonObject requirement)
                Requirement(errors, requirement, path.Child("requirements").Index(i));
        }
    }

    private static void Requirement(FieldErrors errors, JsonObject requirement, FieldPath path)
    {
        if (string.IsNullOrEmpty(requirement.String("key")))
            errors.Add(FieldError.Required(path.Child("key"), "must be specified"));
        var count = requirement.Array("values")?.Count ?? 0;
        switch (requirement.String("operator"))
        {
            case "In" or "NotIn" when count == 0:
                errors.Add(FieldError.Required(path.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'"));
                break;
            case "Exists" or "DoesNotExist" when count > 0:
                errors.Add(FieldError.Forbidden(path.Child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
                break;
        }
    }
}
