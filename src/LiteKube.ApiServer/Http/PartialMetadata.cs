using System.Buffers;
using System.Globalization;
using System.Text.Json;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Http;

/// <summary>Objects with only their metadata, for clients that watch much and read little.</summary>
internal static class PartialMetadata
{
    private const string ApiVersion = "meta.k8s.io/v1";

    public static byte[] Of(KubeObject value) => Write(writer => WriteItem(writer, value));

    public static byte[] Of(ListResult list) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, "PartialObjectMetadataList"u8);
        writer.WriteString("apiVersion"u8, ApiVersion);
        writer.WriteStartObject("metadata"u8);
        writer.WriteString("resourceVersion"u8, list.Revision.ToString(CultureInfo.InvariantCulture));
        if (list.Continue is not null)
            writer.WriteString("continue"u8, list.Continue);
        if (list.Remaining is { } remaining)
            writer.WriteNumber("remainingItemCount"u8, remaining);
        writer.WriteEndObject();
        writer.WriteStartArray("items"u8);
        foreach (var item in list.Items)
            WriteItem(writer, item);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    public static void WriteItem(Utf8JsonWriter writer, KubeObject value)
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, "PartialObjectMetadata"u8);
        writer.WriteString("apiVersion"u8, ApiVersion);
        writer.WritePropertyName("metadata"u8);
        writer.WriteRawValue(MetadataOf(value.Json.Span), skipInputValidation: true);
        writer.WriteEndObject();
    }

    private static ReadOnlySpan<byte> MetadataOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonTree.ReaderOptions);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var metadata = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (metadata)
                return json[start..(int)reader.BytesConsumed];
        }

        return "{}"u8;
    }

    private static byte[] Write(Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
            body(writer);
        return buffer.WrittenSpan.ToArray();
    }
}
