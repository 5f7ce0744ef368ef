using System.Text.Json.Nodes;

namespace LiteKube.ApiServer.Kinds;

/// <summary>Moving whole members between two trees of one kind.</summary>
internal static class TreeParts
{
    public static void Copy(JsonObject from, JsonObject to, string member)
    {
        if (from.TryGetPropertyValue(member, out var value) && value is not null)
            to[member] = value.DeepClone();
        else
            to.Remove(member);
    }

    /// <summary>Makes <paramref name="next"/> equal to <paramref name="old"/> but for one member and metadata.</summary>
    public static void KeepAllBut(JsonObject next, JsonObject old, string member)
    {
        foreach (var name in next.Select(m => m.Key).ToArray())
        {
            if (name != member && name != "metadata")
                next.Remove(name);
        }

        foreach (var (name, value) in old)
        {
            if (name != member && name != "metadata")
                next[name] = value?.DeepClone();
        }
    }

    /// <summary>Equal but for the members named. An absent member equals an empty object.</summary>
    public static bool SameBut(JsonObject left, JsonObject right, params ReadOnlySpan<string> except)
    {
        foreach (var (name, value) in left)
        {
            if (!except.Contains(name) && !Same(value, right[name]))
                return false;
        }

        foreach (var (name, value) in right)
        {
            if (!except.Contains(name) && !left.ContainsKey(name) && !Same(value, null))
                return false;
        }

        return true;
    }

    private static bool Same(JsonNode? left, JsonNode? right) => JsonNode.DeepEquals(left ?? Empty(right), right ?? Empty(left));

    private static JsonNode? Empty(JsonNode? like) => like switch
    {
        JsonObject => new JsonObject(),
        JsonArray => new JsonArray(),
        _ => null,
    };
}
