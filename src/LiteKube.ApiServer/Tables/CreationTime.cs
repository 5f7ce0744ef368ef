using System.Text.Json;
using LiteKube.Api.Codecs;

namespace LiteKube.ApiServer.Tables;

/// <summary>metadata.creationTimestamp straight from an object's JSON.</summary>
internal static class CreationTime
{
    public static DateTimeOffset? Of(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonTree.ReaderOptions);
        reader.Read();
        while (JsonIn.NextProperty(ref reader))
        {
            if (!reader.ValueTextEquals("metadata"u8))
            {
                JsonIn.SkipValue(ref reader);
                continue;
            }

            reader.Read();
            while (JsonIn.NextProperty(ref reader))
            {
                if (!reader.ValueTextEquals("creationTimestamp"u8))
                {
                    JsonIn.SkipValue(ref reader);
                    continue;
                }

                reader.Read();
                return reader.TokenType == JsonTokenType.String ? JsonIn.Time(ref reader) : null;
            }

            return null;
        }

        return null;
    }
}
