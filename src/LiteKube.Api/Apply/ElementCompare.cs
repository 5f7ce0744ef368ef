using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Apply;

/// <summary>
/// What <see cref="TreeCompare"/> does, with the old state read where it lies: nothing is made of the parts that are equal and in the same order,
/// which is nearly everything of what a heartbeat writes.
/// </summary>
public static class ElementCompare
{
    public static Comparison Compare(JsonElement before, JsonObject after, TypeSchema? type)
    {
        var found = Pair(before, after, MergeSchema.Of(type));
        return new Comparison(found.Added ?? FieldSet.Empty, found.Modified ?? FieldSet.Empty, found.Removed ?? FieldSet.Empty);
    }

    private static TreeCompare.Found Pair(JsonElement before, JsonNode? after, MergeSchema schema)
    {
        if (before.ValueKind == JsonValueKind.Object && after is JsonObject members && members.Count > 0 && schema.KindOf(members) is MergeKind.Struct or MergeKind.Map)
            return Members(before, (JsonObject)after, schema);
        return Same(before, after) ? default : TreeCompare.Pair(Node(before), after, schema);
    }

    private static TreeCompare.Found Members(JsonElement before, JsonObject after, MergeSchema schema)
    {
        var differences = new TreeCompare.Differences();
        var common = 0;
        var at = 0;
        foreach (var property in before.EnumerateObject())
        {
            // Most often both are in the same order, and the name need not be read out.
            var inOrder = at < after.Count && property.NameEquals(after.GetAt(at).Key);
            var name = inOrder ? after.GetAt(at).Key : property.Name;
            if (inOrder || after.ContainsKey(name))
            {
                at = inOrder ? at + 1 : after.IndexOf(name) + 1;
                common++;
                differences.Add(name, Pair(property.Value, after[name], schema.Member(name, out _)));
            }
            else
            {
                differences.Remove(PathElement.Field(name), FieldsOf.Added(Node(property.Value), schema.Member(name, out _)), schema.HasField(name));
            }
        }

        if (common < after.Count)
        {
            var seen = before.EnumerateObject().Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var (name, now) in after)
                if (!seen.Contains(name))
                    differences.Add(PathElement.Field(name), FieldsOf.Added(now, schema.Member(name, out _)), schema.HasField(name));
        }

        return differences.Build();
    }

    /// <summary>False also where only the order differs: then the caller looks closer.</summary>
    private static bool Same(JsonElement before, JsonNode? after)
    {
        switch (after)
        {
            case null:
                return before.ValueKind == JsonValueKind.Null;
            case JsonObject members:
                if (before.ValueKind != JsonValueKind.Object)
                    return false;
                var at = 0;
                foreach (var property in before.EnumerateObject())
                {
                    if (at == members.Count || !property.NameEquals(members.GetAt(at).Key) || !Same(property.Value, members.GetAt(at).Value))
                        return false;
                    at++;
                }

                return at == members.Count;
            case JsonArray list:
                if (before.ValueKind != JsonValueKind.Array || before.GetArrayLength() != list.Count)
                    return false;
                var index = 0;
                foreach (var item in before.EnumerateArray())
                    if (!Same(item, list[index++]))
                        return false;
                return true;
            case JsonValue value when value.TryGetValue(out JsonElement element):
                return JsonElement.DeepEquals(before, element);
            case JsonValue value when value.TryGetValue(out string? text):
                return before.ValueKind == JsonValueKind.String && before.ValueEquals(text);
            case JsonValue value when before.ValueKind == JsonValueKind.Number && before.TryGetInt64(out var number):
                return value.AsLong() == number;
            default:
                return JsonNode.DeepEquals(Node(before), after);
        }
    }

    private static JsonNode? Node(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.Object => JsonObject.Create(element),
        JsonValueKind.Array => JsonArray.Create(element),
        _ => JsonValue.Create(element),
    };
}
