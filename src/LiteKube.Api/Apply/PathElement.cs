using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Apply;

/// <summary>
/// Steps of a path in their FieldsV1 form: <c>f:name</c> a field, <c>k:{"name":"c"}</c> the item of a list with these keys, <c>v:"x"</c> an item of a
/// set, <c>i:0</c> a place in a list.
/// </summary>
internal static class PathElement
{
    public static string Field(string name) => "f:" + name;

    public static string Value(JsonNode? value) => "v:" + Text(value);

    public static string Index(int index) => $"i:{index}";

    public static bool IsElement(string text) => text.Length >= 2 && text[1] == ':' && text[0] is 'f' or 'k' or 'v' or 'i';

    /// <summary>The item's keys, sorted by name; null where it has none of them.</summary>
    /// <param name="missing">The first key that the item leaves out and that has no default.</param>
    public static string? Key(JsonNode? item, MergeSchema list, out string? missing)
    {
        missing = null;
        if (item is not JsonObject members)
        {
            missing = list.Keys[0];
            return null;
        }

        var text = new StringBuilder("k:{");
        foreach (var key in list.SortedKeys)
        {
            if (!members.TryGetPropertyValue(key, out var value) && (value = list.DefaultOf(key)) is null)
            {
                missing ??= key;
                continue;
            }

            if (text.Length > 3)
                text.Append(',');
            text.Append('"').Append(key).Append("\":").Append(Text(value));
        }

        return text.Length == 3 ? null : text.Append('}').ToString();
    }

    /// <summary><c>.name</c>, <c>[name="c"]</c>, <c>[="x"]</c>, <c>[0]</c>.</summary>
    public static string Display(string element)
    {
        var body = element[2..];
        switch (element[0])
        {
            case 'f':
                return "." + body;
            case 'i':
                return $"[{body}]";
            case 'v':
                return $"[={body}]";
            default:
                try
                {
                    var keys = JsonTree.Parse(Encoding.UTF8.GetBytes(body));
                    return $"[{string.Join(',', keys.Select(k => $"{k.Key}={Text(k.Value)}"))}]";
                }
                catch (ApiException)
                {
                    // What a client wrote into managedFields need not be JSON.
                    return $"[{body}]";
                }
        }
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "null",
        _ when value.AsString() is { } text => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"",
        _ when value.AsLong() is { } number => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => Encoding.UTF8.GetString(JsonTree.Write(value)),
    };
}
