using System.Text.Json.Nodes;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Apply;

/// <summary>Takes fields out of objects.</summary>
internal static class TreePrune
{
    /// <summary>Changes the tree. Maps and lists that lose their last member go too. What is inside an atomic value stays.</summary>
    public static void Remove(JsonObject tree, FieldSet fields, TypeSchema? type) => Members(tree, fields, MergeSchema.Of(type));

    /// <summary>The set, and with it every field of a structure that has places in the set below it.</summary>
    public static FieldSet WithStructures(FieldSet set, TypeSchema? type) => WithStructures(set, MergeSchema.Of(type));

    private static bool Remove(JsonNode? value, FieldSet fields, MergeSchema schema)
    {
        switch (schema.KindOf(value))
        {
            case MergeKind.Struct or MergeKind.Map when value is JsonObject { Count: > 0 } members:
                Members(members, fields, schema);
                return members.Count == 0;
            case MergeKind.MapList or MergeKind.SetList when value is JsonArray { Count: > 0 } list:
                Items(list, fields, schema);
                return list.Count == 0;
            default:
                return false;
        }
    }

    private static void Members(JsonObject members, FieldSet fields, MergeSchema schema)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            var (element, below) = fields.At(i);
            if (element[0] != 'f')
                continue;
            var name = element[2..];
            if (members.TryGetPropertyValue(name, out var value) && (below.Self || Remove(value, below, schema.Member(name, out _))))
                members.Remove(name);
        }
    }

    private static void Items(JsonArray list, FieldSet fields, MergeSchema schema)
    {
        var items = ListIndex.Of(list, schema);
        for (var i = items.Count - 1; i >= 0; i--)
        {
            if (fields.Child(items.ElementAt(i)) is not { } below)
                continue;
            if (below.Self)
                list.RemoveAt(i);
            else
                Remove(list[i], below, schema.Element);
        }
    }

    private static FieldSet WithStructures(FieldSet set, MergeSchema schema)
    {
        var result = new FieldSetBuilder { Self = set.Self };
        for (var i = 0; i < set.Count; i++)
        {
            var (element, below) = set.At(i);
            var isField = element[0] == 'f';
            var name = element[2..];
            var member = !isField ? schema.Element : schema.Kind is MergeKind.Struct or MergeKind.Map or MergeKind.Untyped ? schema.Member(name, out _) : MergeSchema.Untyped;
            var inner = WithStructures(below, member);
            result.Add(element, isField && schema.HasField(name) ? inner.WithSelf(true) : inner);
        }

        return result.Build();
    }
}
