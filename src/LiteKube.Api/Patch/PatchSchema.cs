using LiteKube.Api.Schema;

namespace LiteKube.Api.Patch;

/// <summary>What strategic merge needs to know of the value at hand. Below a field that the schema does not know, nothing is known: objects merge and lists replace.</summary>
internal readonly record struct PatchSchema(FieldType? Type, bool Merge, bool Replace, string? MergeKey)
{
    public static PatchSchema Of(TypeSchema type) => new(new FieldType(FieldKind.Object, @object: () => type), false, false, null);

    /// <summary>The element of a list, or the value of a map.</summary>
    public PatchSchema Element => new(Type?.Element, false, false, null);

    public PatchSchema Field(string name)
    {
        if (Type is null)
            return default;
        if (Type.Kind == FieldKind.Map)
            return Element;
        if (Type.Kind != FieldKind.Object || !Type.Object.Fields.TryGetValue(name, out var field))
            return default;
        bool merge = false, replace = false;
        foreach (var strategy in field.PatchStrategies)
        {
            merge |= strategy == "merge";
            replace |= strategy == "replace";
        }

        return new PatchSchema(field.Type, merge, replace, field.PatchMergeKey);
    }
}
