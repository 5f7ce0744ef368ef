using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.CustomResources;
using LiteKube.ApiServer.Tables;

namespace LiteKube.ApiServer.CustomResources;

/// <summary>The name of an object, and the columns that its definition adds. (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#additional-printer-columns)</summary>
internal sealed class CustomTable(CustomKind kind) : ITable
{
    public void WriteColumns(Utf8JsonWriter writer)
    {
        WriteColumn(writer, "Name", "string", "name", "What the object is called; unique among its kind in its namespace.", 0);
        foreach (var column in kind.Columns)
            WriteColumn(writer, column.Name, column.Type, column.Format, column.Description, column.Priority);
    }

    public void WriteCells(Utf8JsonWriter writer, KubeObject value, TableContext context)
    {
        writer.WriteStringValue(value.Header.Name);
        var tree = value.ToTree();
        foreach (var column in kind.Columns)
        {
            var found = false;
            var cell = column.Path?.First(tree, out found);
            if (found && cell is not null)
                WriteCell(writer, column.Type, cell, context);
            else
                writer.WriteNullValue();
        }
    }

    private static void WriteCell(Utf8JsonWriter writer, string type, JsonNode cell, TableContext context)
    {
        switch (type)
        {
            case "integer" when cell.AsDouble() is { } number:
                writer.WriteNumberValue(cell.AsLong() ?? (long)number);
                break;
            case "number" when cell.AsDouble() is { } number:
                writer.WriteNumberValue(number);
                break;
            case "boolean" when cell.AsBool() is { } flag:
                writer.WriteBooleanValue(flag);
                break;
            case "date" when cell.AsString() is { } text:
                writer.WriteStringValue(DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? Ages.Of(time, context) : "<invalid>");
                break;
            case "string":
                writer.WriteStringValue(cell.AsString() ?? System.Text.Encoding.UTF8.GetString(JsonTree.Write(cell)));
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteColumn(Utf8JsonWriter writer, string name, string type, string format, string description, long priority)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString("type"u8, type);
        writer.WriteString("format"u8, format);
        writer.WriteString("description"u8, description);
        writer.WriteNumber("priority"u8, priority);
        writer.WriteEndObject();
    }
}
