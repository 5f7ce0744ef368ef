using System.Text;
using System.Text.Json;

namespace LiteKube.Api.Codecs;

/// <summary>Finds one scalar in an object's bytes, reading no further than needed.</summary>
internal static class JsonField
{
    /// <summary>The scalar at that path as text: a string's content, or a number or bool as written. Null where there is none.</summary>
    public static string? Text(ReadOnlySpan<byte> json, ReadOnlySpan<byte[]> path)
    {
        var reader = new Utf8JsonReader(json, JsonTree.ReaderOptions);
        reader.Read();
        foreach (var step in path)
            if (reader.TokenType != JsonTokenType.StartObject || !Enter(ref reader, step))
                return null;
        return reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => null,
        };
    }

    private static bool Enter(ref Utf8JsonReader reader, byte[] name)
    {
        while (JsonIn.NextProperty(ref reader))
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
                return true;
            reader.Skip();
        }

        return false;
    }
}
