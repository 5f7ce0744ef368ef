using System.Text.Json.Nodes;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Apply;

/// <summary>The field sets of whole values.</summary>
internal static class FieldsOf
{
    /// <summary>What whoever applies this configuration comes to own: its leaves, and the items of its lists.</summary>
    public static FieldSet Configuration(JsonObject configuration, TypeSchema? type) => Value(configuration, MergeSchema.Of(type), added: false).WithSelf(false);

    /// <summary>All there is in a value that came as a whole or went as a whole: beside its leaves also the lists and maps that hold them.</summary>
    public static FieldSet Added(JsonNode? value, MergeSchema schema) => Value(value, schema, added: true);

    private static FieldSet Value(JsonNode? value, MergeSchema schema, bool added)
    {
        var kind = schema.KindOf(value);
        switch (kind)
        {
            case MergeKind.Struct or MergeKind.Map when value is JsonObject members:
                var node = new FieldSetBuilder { Self = members.Count == 0 || added && kind == MergeKind.Map };
                foreach (var (name, member) in members)
                {
                    var below = Value(member, schema.Member(name, out _), added);
                    node.Add(PathElement.Field(name), schema.HasField(name) ? below : below.WithSelf(true));
                }

                return node.Build();
            case MergeKind.MapList or MergeKind.SetList when value is JsonArray:
                return List(value, schema, added);
            default:
                return FieldSet.Leaf;
        }
    }

    private static FieldSet List(JsonNode value, MergeSchema schema, bool added)
    {
        var items = ListIndex.Of(value, schema);
        var node = new FieldSetBuilder { Self = added };
        for (var i = 0; i < items.Count; i++)
        {
            var element = items.ElementAt(i);
            if (!items.IsFirst(i))
                continue;
            // Of items that share their keys nobody can own a part.
            node.Add(element, items.IsRepeated(element) ? FieldSet.Leaf : Value(items.ItemAt(i), schema.Element, added).WithSelf(true));
        }

        return node.Build();
    }
}
