using System.Text.Json;
using LiteKube.Api;

namespace LiteKube.ApiServer.Tables;

/// <summary>Name and age, for kinds without a table of their own. Reads the header only.</summary>
internal sealed class DefaultTable : ITable
{
    public void WriteColumns(Utf8JsonWriter writer)
    {
        WriteColumn(writer, "Name", "string", "name");
        WriteColumn(writer, "Age", "string", "");
    }

    public void WriteCells(Utf8JsonWriter writer, KubeObject value, TableContext context)
    {
        writer.WriteStringValue(value.Header.Name);
        ((Cell)Ages.Of(CreationTime.Of(value.Json.Span), context)).Write(writer);
    }

    private static void WriteColumn(Utf8JsonWriter writer, string name, string type, string format)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString("type"u8, type);
        writer.WriteString("format"u8, format);
        writer.WriteString("description"u8, "");
        writer.WriteNumber("priority"u8, 0);
        writer.WriteEndObject();
    }
}
