using System.Text.Json.Nodes;

namespace LiteKube.Api.CustomResources;

/// <summary>
/// What stood at the place of a value before an update, where that can be told: members by name, items of lists that are maps by their keys, and nothing
/// else of lists. (KEP-4008)
/// </summary>
public readonly struct Before(bool known, JsonNode? value)
{
    public static Before None => default;

    public bool Known => known;

    public JsonNode? Node => value;

    public static Before Of(JsonNode? old) => old is null ? default : new Before(true, old);

    /// <summary>The value is what it was.</summary>
    public bool Is(JsonNode? now) => known && JsonNode.DeepEquals(value, now);

    public Before Member(string name) => known && value is JsonObject members && members.TryGetPropertyValue(name, out var member) ? new Before(true, member) : default;

    public ItemsBefore Items(JsonSchema list)
    {
        if (!known || list.ListType != "map" || value is not JsonArray items)
            return default;
        return new ItemsBefore(list, items);
    }
}

/// <summary>What stood in a list before, item by item.</summary>
public readonly struct ItemsBefore(JsonSchema list, JsonArray items)
{
    /// <summary>The item with the same keys; where more have them, the first.</summary>
    public Before Of(JsonNode? item)
    {
        if (items is null || ListTypeCheck.KeysOf(item as JsonObject, list) is not { } keys)
            return Before.None;
        foreach (var old in items)
            if (ListTypeCheck.KeysOf(old as JsonObject, list) is { } known && JsonNode.DeepEquals(known, keys))
                return Before.Of(old);
        return Before.None;
    }
}
