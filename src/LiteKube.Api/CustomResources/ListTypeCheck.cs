using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Validation;

namespace LiteKube.Api.CustomResources;

/// <summary>Sets have no value twice, and lists that are maps no keys twice.</summary>
internal static class ListTypeCheck
{
    public static void Check(FieldErrors errors, JsonNode? value, JsonSchema schema, FieldPath path)
    {
        if (!schema.HasListTypes)
            return;
        switch (value)
        {
            case JsonObject members:
                foreach (var (name, member) in members)
                    if (schema.Properties.TryGetValue(name, out var property))
                        Check(errors, member, property, path.Child(name));
                    else if (schema.AdditionalProperties is { } additional)
                        Check(errors, member, additional, path.Key(name));
                break;
            case JsonArray list:
                if (schema.ListType == "set")
                    Unique(errors, list, path, static item => item);
                else if (schema.ListType == "map")
                    Unique(errors, list, path, item => KeysOf(item as JsonObject, schema));
                if (schema.Items is { } items)
                    for (var i = 0; i < list.Count; i++)
                        Check(errors, list[i], items, path.Index(i));
                break;
        }
    }

    /// <summary>The members by which a list that is a map tells its items apart; null for what is no object.</summary>
    public static JsonObject? KeysOf(JsonObject? item, JsonSchema list)
    {
        if (item is null)
            return null;
        var keys = new JsonObject();
        foreach (var key in list.ListMapKeys)
            if (item.TryGetPropertyValue(key, out var value) && value is not null)
                keys[key] = value.DeepClone();
        return keys;
    }

    private static void Unique(FieldErrors errors, JsonArray list, FieldPath path, Func<JsonNode?, JsonNode?> keyOf)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < list.Count; i++)
            if (keyOf(list[i]) is { } key && !seen.Add(Canonical(key)))
                errors.Add(FieldError.Duplicate(path.Index(i), key));
    }

    // Members in another order make the same value.
    private static string Canonical(JsonNode node) => node switch
    {
        JsonObject members => "{" + string.Join(',', members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{JsonValue.Create(m.Key).ToJsonString()}:{(m.Value is null ? "null" : Canonical(m.Value))}")) + "}",
        JsonArray list => "[" + string.Join(',', list.Select(i => i is null ? "null" : Canonical(i))) + "]",
        _ => node.AsDouble() is { } number ? number.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : node.ToJsonString(),
    };
}
