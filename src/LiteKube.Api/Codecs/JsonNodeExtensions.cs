using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LiteKube.Api.Codecs;

/// <summary>
/// Reading scalars out of trees. A <see cref="JsonValue"/> made from a C# number converts to no other number type, so
/// <c>GetValue&lt;int&gt;()</c> fails on a node that some writer made from a long; these accept any.
/// </summary>
public static class JsonNodeExtensions
{
    /// <summary>The text of a string node; null for anything else.</summary>
    public static string? AsString(this JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static bool? AsBool(this JsonNode? node) => node is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    /// <summary>The whole number of a number node; null for anything else, and for numbers with a fraction.</summary>
    public static long? AsLong(this JsonNode? node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
            return null;
        if (value.TryGetValue(out JsonElement element))
            return element.TryGetInt64(out var whole) ? whole : element.TryGetDouble(out var real) ? Whole(real) : null;
        if (value.TryGetValue(out long l))
            return l;
        if (value.TryGetValue(out int i))
            return i;
        return value.TryGetValue(out double d) ? Whole(d) : long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
    }

    public static double? AsDouble(this JsonNode? node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
            return null;
        if (value.TryGetValue(out JsonElement element))
            return element.TryGetDouble(out var real) ? real : null;
        return value.TryGetValue(out double d) ? d : AsLong(node);
    }

    /// <summary>The object under that name; null where it is absent or something else.</summary>
    public static JsonObject? Object(this JsonObject? parent, string name) => parent is not null && parent.TryGetPropertyValue(name, out var node) ? node as JsonObject : null;

    public static JsonArray? Array(this JsonObject? parent, string name) => parent is not null && parent.TryGetPropertyValue(name, out var node) ? node as JsonArray : null;

    public static string? String(this JsonObject? parent, string name) => parent is not null && parent.TryGetPropertyValue(name, out var node) ? node.AsString() : null;

    public static long? Long(this JsonObject? parent, string name) => parent is not null && parent.TryGetPropertyValue(name, out var node) ? node.AsLong() : null;

    public static bool? Bool(this JsonObject? parent, string name) => parent is not null && parent.TryGetPropertyValue(name, out var node) ? node.AsBool() : null;

    /// <summary>The object under that name, made where it is absent or null.</summary>
    public static JsonObject ObjectOrNew(this JsonObject parent, string name)
    {
        if (parent.TryGetPropertyValue(name, out var node) && node is JsonObject existing)
            return existing;
        var made = new JsonObject();
        parent[name] = made;
        return made;
    }

    /// <summary>True where there is a member of that name that is not null.</summary>
    public static bool Has(this JsonObject parent, string name) => parent.TryGetPropertyValue(name, out var node) && node is not null;

    private static long? Whole(double real) => Math.Abs(real) < 1L << 53 && Math.Truncate(real) == real ? (long)real : null;
}
