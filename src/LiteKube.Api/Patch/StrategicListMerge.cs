using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Patch;

/// <summary>The merging of lists, and the order of what comes out. Lists are told apart by a key (objects) or by themselves (scalars).</summary>
internal static class StrategicListMerge
{
    public static JsonArray Merge(JsonArray original, JsonArray patch, PatchSchema schema)
    {
        if (original.Count == 0 && patch.Count == 0)
            return [];
        var objects = original.Count > 0 ? original[0] is JsonObject : patch[0] is JsonObject;
        if (!objects)
            return MergeScalars(original, patch);
        if (schema.MergeKey is not { } key)
            throw StrategicMergePatch.Bad("cannot merge lists without merge key");

        // Taken in order: first what the directives remove, then what the rest adds and changes.
        var before = original;
        var merged = (JsonArray)original.DeepClone();
        var rest = new List<JsonObject>(patch.Count);
        foreach (var item in patch)
        {
            var member = item as JsonObject ?? throw StrategicMergePatch.Bad("a patch of a list of objects holds something else");
            if (!member.TryGetPropertyValue(StrategicMergePatch.Directive, out var directive))
            {
                rest.Add(member);
                continue;
            }

            switch (directive.AsString())
            {
                case "delete":
                    Remove(merged, key, KeyOf(member, key));
                    break;
                case "replace":
                    merged = [];
                    before = [];
                    break;
                case "merge":
                    throw StrategicMergePatch.Bad("merging lists cannot yet be specified in the patch");
                default:
                    throw StrategicMergePatch.Bad($"unknown patch type: {directive?.ToJsonString()}");
            }
        }

        var order = new JsonArray();
        foreach (var member in rest)
        {
            var name = KeyOf(member, key);
            order.Add((JsonNode)new JsonObject { [key] = name.DeepClone() });
            var index = IndexOf(merged, key, name);
            if (index < 0)
            {
                merged.Add((JsonNode)StrategicMergePatch.Clean(member));
                continue;
            }

            var existing = (JsonObject)merged[index]!;
            var result = StrategicMergePatch.MergeObject(existing, member, schema.Element);
            if (!ReferenceEquals(result, existing))
                merged[index] = result;
        }

        return Order(merged, order, before, key);
    }

    /// <summary>
    /// Puts what the order names in that order, and what only the server has where it stood: before the first wanted item that it preceded.
    /// </summary>
    public static JsonArray Order(JsonArray merged, JsonArray wanted, JsonArray before, string? key)
    {
        var named = new List<(int Place, JsonNode? Item)>();
        var others = new List<(int Place, JsonNode? Item)>();
        for (var i = merged.Count - 1; i >= 0; i--)
        {
            var item = merged[i];
            merged.RemoveAt(i);
            var place = IndexOf(wanted, key, item);
            if (place >= 0)
                named.Add((place, item));
            else
                others.Add((IndexOf(before, key, item), item));
        }

        // Both were gathered from the end; a stable sort of the reverse keeps equals in their order.
        named.Reverse();
        others.Reverse();
        StableSort(named);
        StableSort(others);

        var result = new JsonArray();
        int left = 0, right = 0;
        while (left < others.Count || right < named.Count)
        {
            var takeOther = right >= named.Count
                || left < others.Count && others[left].Place >= 0 && IndexOf(before, key, named[right].Item) is var there && there >= 0 && others[left].Place < there;
            result.Add(takeOther ? others[left++].Item : named[right++].Item);
        }

        return result;
    }

    /// <summary>The items of a patch must stand in the order that the patch itself asks for.</summary>
    public static void CheckOrder(JsonArray patch, JsonArray wanted, string? key)
    {
        var at = -1;
        foreach (var item in patch)
        {
            if (item is JsonObject member && member.ContainsKey(StrategicMergePatch.Directive))
                continue;
            var place = IndexOf(wanted, key, item);
            if (place < 0 || place < at)
                throw StrategicMergePatch.Bad("The order in patch list doesn't match $setElementOrder list");
            at = place;
        }
    }

    private static JsonArray MergeScalars(JsonArray original, JsonArray patch)
    {
        var merged = new JsonArray();
        foreach (var list in (ReadOnlySpan<JsonArray>)[original, patch])
            foreach (var item in list)
                if (IndexOf(merged, null, item) < 0)
                    merged.Add(item?.DeepClone());
        return Order(merged, patch, original, null);
    }

    private static void Remove(JsonArray list, string key, JsonNode value)
    {
        for (var i = list.Count - 1; i >= 0; i--)
            if (list[i] is JsonObject member && JsonNode.DeepEquals(member[key], value))
                list.RemoveAt(i);
    }

    private static JsonNode KeyOf(JsonObject member, string key) => member[key]
        ?? throw StrategicMergePatch.Bad($"map: {member.ToJsonString()} does not contain declared merge key: {key}");

    private static int IndexOf(JsonArray list, string? key, JsonNode? item)
    {
        if (key is not null && item is JsonObject member)
            item = member[key];
        for (var i = 0; i < list.Count; i++)
        {
            var candidate = key is not null && list[i] is JsonObject other ? other[key] : list[i];
            if (candidate is not null && JsonNode.DeepEquals(candidate, item))
                return i;
        }

        return -1;
    }

    // Lists here are short and mostly in order already.
    private static void StableSort(List<(int Place, JsonNode? Item)> list)
    {
        for (var i = 1; i < list.Count; i++)
        {
            var item = list[i];
            var at = i;
            for (; at > 0 && list[at - 1].Place > item.Place; at--)
                list[at] = list[at - 1];
            list[at] = item;
        }
    }
}
