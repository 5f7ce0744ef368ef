using System.Text.Json.Nodes;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Apply;

/// <summary>
/// Puts an apply configuration into an object: structures and maps member by member, lists by keys or values where the schema says so, all else as a
/// whole. Takes nothing away; see <see cref="ServerSideApply"/> for that.
/// </summary>
public static class TreeMerge
{
    /// <summary>Changes <paramref name="target"/> and returns it; the configuration stays as it is.</summary>
    /// <param name="type">Null: a value without a schema.</param>
    public static JsonObject Merge(JsonObject target, JsonObject configuration, TypeSchema? type)
    {
        Members(target, configuration, MergeSchema.Of(type));
        return target;
    }

    private static void Members(JsonObject target, JsonObject configuration, MergeSchema schema)
    {
        foreach (var (name, wanted) in configuration)
        {
            var exists = target.TryGetPropertyValue(name, out var present);
            var merged = exists ? Value(present, wanted, schema.Member(name, out _)) : wanted?.DeepClone();
            if (!exists || !ReferenceEquals(merged, present))
                target[name] = merged;
        }
    }

    /// <returns>The present node where it could be changed in place, else a new one.</returns>
    private static JsonNode? Value(JsonNode? present, JsonNode? wanted, MergeSchema schema)
    {
        var kind = schema.KindOf(wanted);
        if (kind is MergeKind.Scalar or MergeKind.Atomic or MergeKind.Untyped || present is null || kind != schema.KindOf(present))
            return wanted is null && kind is MergeKind.Struct or MergeKind.Map or MergeKind.MapList or MergeKind.SetList ? present : wanted?.DeepClone();
        switch (wanted)
        {
            case JsonObject members:
                Members((JsonObject)present, members, schema);
                return present;
            case JsonArray:
                return List(present, wanted, schema);
            default:
                // Of what merges, nothing is wanted.
                return present;
        }
    }

    /// <summary>The wanted order, and between its items those that are only present, where they were relative to the ones in both.</summary>
    private static JsonArray List(JsonNode present, JsonNode wanted, MergeSchema schema)
    {
        var old = ListIndex.Of(present, schema);
        var now = ListIndex.Of(wanted, schema);
        var result = new JsonArray();
        var at = 0;
        var nextShared = 0;
        for (var i = 0; i < now.Count; i++)
        {
            if (!now.IsFirst(i))
                continue;
            nextShared = Math.Max(nextShared, i);
            while (nextShared < now.Count && !old.Contains(now.ElementAt(nextShared)))
                nextShared++;
            var stop = nextShared < now.Count ? now.ElementAt(nextShared) : null;
            for (; at < old.Count && old.ElementAt(at) != stop; at++)
                Keep(result, old, at, now);
            var element = now.ElementAt(i);
            result.Add(old.TryGet(element, out var item) ? Value(item?.DeepClone(), now.ItemAt(i), schema.Element) : now.ItemAt(i)?.DeepClone());
            if (at < old.Count && old.ElementAt(at) == element)
                at++;
        }

        for (; at < old.Count; at++)
            Keep(result, old, at, now);
        return result;
    }

    private static void Keep(JsonArray result, ListIndex old, int index, ListIndex now)
    {
        if (!now.Contains(old.ElementAt(index)))
            result.Add(old.ItemAt(index)?.DeepClone());
    }
}
