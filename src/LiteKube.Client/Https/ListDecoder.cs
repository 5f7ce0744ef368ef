using System.Globalization;
using System.Text.Json;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Client;

/// <summary>Cuts a list into its objects without building a tree: each is a slice of the answer's bytes.</summary>
internal static class ListDecoder
{
    public static ObjectList Decode(ReadOnlyMemory<byte> json)
    {
        var items = new List<KubeObject>();
        var metadata = new ListMeta();
        var reader = new Utf8JsonReader(json.Span);
        JsonIn.StartObject(ref reader);
        while (JsonIn.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                reader.Read();
                metadata = ListMeta.Read(ref reader);
            }
            else if (reader.ValueTextEquals("items"u8))
            {
                reader.Read();
                while (reader.TokenType == JsonTokenType.StartArray ? reader.Read() && reader.TokenType != JsonTokenType.EndArray : reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                {
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();

                    // Copied, so that one small object that lives long does not keep the whole list's bytes.
                    items.Add(new KubeObject(json[start..(int)reader.BytesConsumed].ToArray()));
                }
            }
            else
            {
                JsonIn.SkipValue(ref reader);
            }
        }

        return new ObjectList(long.TryParse(metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0, items, metadata.Continue);
    }
}
