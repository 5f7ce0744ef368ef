using System.Buffers;
using System.Text.Json;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;
using LiteKube.ApiServer.Http;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Tables;

/// <summary>Objects as a meta.k8s.io/v1 Table, which kubectl get prints as it comes.</summary>
internal sealed class TableWriter(TimeProvider time)
{
    public byte[] Write(ServedResource resource, IReadOnlyList<KubeObject> items, string? includeObject, ListMeta metadata) => Build(writer =>
    {
        WriteHead(writer, metadata);
        WriteColumns(writer, resource.Table);
        WriteRows(writer, resource, items, includeObject);
    });

    /// <summary>One event of a watch. Only the first says what the columns are; a bookmark has no row of its own but carries its revision.</summary>
    public byte[] WriteRow(ServedResource resource, KubeObject item, string? includeObject, bool first, bool bookmark) => Build(writer =>
    {
        WriteHead(writer, new ListMeta { ResourceVersion = item.Header.ResourceVersion.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        if (first)
            WriteColumns(writer, resource.Table);
        else
            writer.WriteNull("columnDefinitions"u8);
        if (bookmark)
            WriteBookmarkRow(writer, item);
        else
            WriteRows(writer, resource, [item], includeObject);
    });

    private static void WriteHead(Utf8JsonWriter writer, ListMeta metadata)
    {
        writer.WriteString("kind"u8, "Table"u8);
        writer.WriteString("apiVersion"u8, "meta.k8s.io/v1"u8);
        writer.WritePropertyName("metadata"u8);
        metadata.Write(writer);
    }

    private static void WriteColumns(Utf8JsonWriter writer, ITable table)
    {
        writer.WriteStartArray("columnDefinitions"u8);
        table.WriteColumns(writer);
        writer.WriteEndArray();
    }

    private void WriteRows(Utf8JsonWriter writer, ServedResource resource, IReadOnlyList<KubeObject> items, string? includeObject)
    {
        var table = resource.Table;
        var context = new TableContext(time.GetUtcNow());
        writer.WriteStartArray("rows"u8);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("cells"u8);
            table.WriteCells(writer, item, context);
            writer.WriteEndArray();
            WriteObject(writer, item, includeObject);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteObject(Utf8JsonWriter writer, KubeObject item, string? includeObject)
    {
        switch (includeObject)
        {
            case "None":
                return;
            case "Object":
                writer.WritePropertyName("object"u8);
                writer.WriteRawValue(item.Json.Span, skipInputValidation: true);
                return;
            case null or "" or "Metadata":
                writer.WritePropertyName("object"u8);
                PartialMetadata.WriteItem(writer, item);
                return;
            default:
                throw new ApiException(StatusReason.BadRequest, $"unrecognized includeObject value \"{includeObject}\"");
        }
    }

    private static void WriteBookmarkRow(Utf8JsonWriter writer, KubeObject item)
    {
        writer.WriteStartArray("rows"u8);
        writer.WriteStartObject();
        writer.WriteStartArray("cells"u8);
        writer.WriteEndArray();
        writer.WritePropertyName("object"u8);
        PartialMetadata.WriteItem(writer, item);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static byte[] Build(Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            body(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
