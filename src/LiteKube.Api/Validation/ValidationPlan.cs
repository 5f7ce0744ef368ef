using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;
using LiteKube.Api.Validation.Rules;

namespace LiteKube.Api.Validation;

/// <summary>
/// The checks of one structure: required fields, values and ranges from the schema, then its rules in code, then those of its parts.
/// Made once per type; parts in which nothing can be wrong are not visited. Status is not visited: it is written by controllers only.
/// </summary>
internal sealed class ValidationPlan
{
    private readonly FieldSchema[] _required;
    private readonly FieldSchema[] _bounded;
    private readonly (FieldSchema Field, TypeSchema Type)[] _parts;
    private readonly TypeRule? _rule;

    private ValidationPlan(TypeSchema type)
    {
        _rule = TypeRules.Of(type.Name);
        _required = [.. type.Ordered.Where(IsRequired)];
        _bounded = [.. type.Ordered.Where(IsBounded)];
        _parts = [.. type.Ordered.Where(f => !IsStatus(type, f)).Select(f => (f, Structure(f.Type)!)).Where(p => p.Item2 is not null && Concerns(p.Item2, []))];
    }

    public static ValidationPlan Of(TypeSchema type) => new(type);

    public void Validate(FieldErrors errors, JsonObject value, FieldPath path)
    {
        foreach (var field in _required)
            if (!IsGiven(value, field))
                errors.Add(FieldError.Required(path.Child(field.Name)));
        foreach (var field in _bounded)
            if (value.TryGetPropertyValue(field.Name, out var bounded) && bounded is not null)
                Bounds(errors, bounded, field, path);
        _rule?.Invoke(errors, value, path);
        foreach (var (field, type) in _parts)
            if (value.TryGetPropertyValue(field.Name, out var part) && part is not null)
                Part(errors, part, type.Validation, path.Child(field.Name));
    }

    private static void Part(FieldErrors errors, JsonNode part, ValidationPlan plan, FieldPath path)
    {
        if (part is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
                if (list[i] is JsonObject item)
                    plan.Validate(errors, item, path.Index(i));
        }
        else if (part is JsonObject value)
        {
            plan.Validate(errors, value, path);
        }
    }

    // Go cannot tell an empty string or list from an absent one, so neither counts as given.
    private static bool IsGiven(JsonObject value, FieldSchema field)
    {
        if (!value.TryGetPropertyValue(field.Name, out var node) || node is null)
            return false;
        return node switch
        {
            JsonArray list => list.Count > 0,
            JsonValue when field.Type.Kind == FieldKind.String => node.AsString() is not "",
            _ => true,
        };
    }

    private static void Bounds(FieldErrors errors, JsonNode value, FieldSchema field, FieldPath path)
    {
        if (value is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
                if (list[i].AsString() is { } item && !field.Enum.Contains(item))
                    errors.Add(FieldError.NotSupported(path.Child(field.Name).Index(i), item, field.Enum));
            return;
        }

        if (field.Enum.Count > 0 && value.AsString() is { } text && (text.Length > 0 || field.IsPointer) && !field.Enum.Contains(text))
            errors.Add(FieldError.NotSupported(path.Child(field.Name), text, field.Enum));
        if (value.AsLong() is not { } number || number == 0 && !field.IsPointer && !field.Required)
            return;
        if (field is { Minimum: { } min, Maximum: { } max })
            errors.Range(path.Child(field.Name), number, min, max);
        else if (number < field.Minimum)
            errors.Add(FieldError.Invalid(path.Child(field.Name), number, $"must be greater than or equal to {field.Minimum}"));
        else if (number > field.Maximum)
            errors.Add(FieldError.Invalid(path.Child(field.Name), number, $"must be less than or equal to {field.Maximum}"));
    }

    // Numbers and bools have a zero that may be meant; structures that Go holds by value are judged by what is in them.
    private static bool IsRequired(FieldSchema field) => field.Required && !field.MayBeEmpty
        && field.Type.Kind is FieldKind.String or FieldKind.List or FieldKind.Object or FieldKind.Bytes or FieldKind.Raw && field.Name is not ("apiVersion" or "kind" or "metadata")
        || field.Required && !field.MayBeEmpty && field.Name == "kind";

    private static bool IsBounded(FieldSchema field) => field.Enum.Count > 0 || field.Minimum is not null || field.Maximum is not null;

    private static bool IsStatus(TypeSchema type, FieldSchema field) => type.Gvk is not null && field.Name == "status";

    private static TypeSchema? Structure(FieldType type) => type.Kind switch
    {
        FieldKind.Object => type.Object,
        FieldKind.List when type.Element!.Kind == FieldKind.Object => type.Element.Object,
        _ => null,
    };

    private static bool Concerns(TypeSchema type, HashSet<TypeSchema> seen)
    {
        if (!seen.Add(type))
            return false;
        if (TypeRules.Of(type.Name) is not null)
            return true;
        foreach (var field in type.Ordered)
        {
            if (IsRequired(field) || IsBounded(field))
                return true;
            if (!IsStatus(type, field) && Structure(field.Type) is { } part && Concerns(part, seen))
                return true;
        }

        return false;
    }
}
