using System.Globalization;
using System.Text.Json;

namespace LiteKube.Api.Codecs;

/// <summary>What generated readers call. Each method leaves the reader on the last token of the value it read.</summary>
public static class JsonIn
{
    public delegate T Reader<out T>(ref Utf8JsonReader reader);

    /// <summary>Checks that the reader stands at the start of an object.</summary>
    public static void StartObject(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.None)
            reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException($"expected an object, found {reader.TokenType}");
    }

    /// <summary>Moves from the start of an object, or the last token of a value in it, to the next property name; false at its end.</summary>
    public static bool NextProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    public static int NameLength(ref Utf8JsonReader reader) => reader.ValueIsEscaped ? reader.GetString()!.Length : reader.ValueSpan.Length;

    /// <summary>Skips the value of a property whose name is the current token.</summary>
    public static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    public static string String(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString()!,
        JsonTokenType.Null => "",
        _ => throw new JsonException($"expected a string, found {reader.TokenType}"),
    };

    public static int Int32(ref Utf8JsonReader reader) => checked((int)Int64(ref reader));

    public static long Int64(ref Utf8JsonReader reader) => reader.TryGetInt64(out var value) ? value : (long)reader.GetDouble();

    public static bool Bool(ref Utf8JsonReader reader) => reader.GetBoolean();

    public static double Double(ref Utf8JsonReader reader) => reader.GetDouble();

    public static byte[] Bytes(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Null ? [] : reader.GetBytesFromBase64();

    public static DateTimeOffset Time(ref Utf8JsonReader reader) =>
        DateTimeOffset.Parse(reader.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    public static DateTimeOffset MicroTime(ref Utf8JsonReader reader) => Time(ref reader);

    public static Quantity QuantityValue(ref Utf8JsonReader reader) =>
        Quantity.Parse(reader.TokenType == JsonTokenType.Number ? System.Text.Encoding.ASCII.GetString(reader.ValueSpan) : reader.GetString()!);

    public static IntOrString IntOrStringValue(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number ? new IntOrString(reader.GetInt32()) : new IntOrString(reader.GetString()!);

    public static JsonElement Any(ref Utf8JsonReader reader) => JsonElement.ParseValue(ref reader);

    public static IReadOnlyList<T> List<T>(ref Utf8JsonReader reader, Reader<T> one)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException($"expected an array, found {reader.TokenType}");
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
            return [];
        var list = new List<T>();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
            list.Add(one(ref reader));
        return list.ToArray();
    }

    public static IReadOnlyDictionary<string, T> Map<T>(ref Utf8JsonReader reader, Reader<T> one)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException($"expected an object, found {reader.TokenType}");
        var map = new Dictionary<string, T>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = reader.GetString()!;
            reader.Read();
            map[key] = one(ref reader);
        }

        return map.Count == 0 ? System.Collections.ObjectModel.ReadOnlyDictionary<string, T>.Empty : map;
    }
}
