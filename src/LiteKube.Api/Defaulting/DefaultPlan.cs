using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Defaulting;

/// <summary>
/// What defaulting does to one structure: the computed defaults that must come first, the constant ones, those of its parts, and the
/// computed ones that look at the parts. Made once per type; parts in which nothing can be defaulted are not visited.
/// </summary>
internal sealed class DefaultPlan
{
    private readonly (FieldSchema Field, JsonNode Value)[] _constants;
    private readonly (FieldSchema Field, TypeSchema Type)[] _parts;
    private readonly Action<JsonObject>? _before;
    private readonly Action<JsonObject>? _after;

    private DefaultPlan(TypeSchema type)
    {
        _before = ComputedDefaults.Before(type.Name);
        _after = ComputedDefaults.After(type.Name);
        _constants = [.. type.Ordered.Where(f => f.Default is not null).Select(f => (f, f.Default!))];
        _parts = [.. type.Ordered.Select(f => (f, Structure(f.Type)!)).Where(p => p.Item2 is not null && Concerns(p.Item2, []))];
    }

    public static DefaultPlan Of(TypeSchema type) => new(type);

    public void Apply(JsonObject target)
    {
        _before?.Invoke(target);
        foreach (var (field, value) in _constants)
            if (IsUnset(target, field))
                target[field.Name] = value.DeepClone();
        foreach (var (field, type) in _parts)
            if (target.TryGetPropertyValue(field.Name, out var part) && part is not null)
                Apply(part, field.Type.Kind, type.Defaults);
        _after?.Invoke(target);
    }

    /// <summary>Whether the field counts as not given: absent, or a plain scalar with its zero value.</summary>
    private static bool IsUnset(JsonObject target, FieldSchema field)
    {
        if (!target.TryGetPropertyValue(field.Name, out var value) || value is null)
            return true;
        if (field.IsPointer)
            return false;
        return field.Type.Kind switch
        {
            FieldKind.String => value.AsString() is "",
            FieldKind.Int32 or FieldKind.Int64 => value.AsLong() == 0,
            _ => false,
        };
    }

    private static void Apply(JsonNode part, FieldKind kind, DefaultPlan plan)
    {
        switch (kind)
        {
            case FieldKind.List:
                foreach (var item in (JsonArray)part)
                    if (item is JsonObject member)
                        plan.Apply(member);
                break;
            case FieldKind.Map:
                foreach (var (_, item) in (JsonObject)part)
                    if (item is JsonObject member)
                        plan.Apply(member);
                break;
            default:
                plan.Apply((JsonObject)part);
                break;
        }
    }

    private static TypeSchema? Structure(FieldType type) => type.Kind switch
    {
        FieldKind.Object => type.Object,
        FieldKind.List or FieldKind.Map when type.Element!.Kind == FieldKind.Object => type.Element.Object,
        _ => null,
    };

    private static bool Concerns(TypeSchema type, HashSet<TypeSchema> seen)
    {
        if (!seen.Add(type))
            return false;
        if (ComputedDefaults.Before(type.Name) is not null || ComputedDefaults.After(type.Name) is not null)
            return true;
        foreach (var field in type.Ordered)
            if (field.Default is not null || Structure(field.Type) is { } part && Concerns(part, seen))
                return true;
        return false;
    }
}
