using System.Text.Json;
using LiteKube.Api;

namespace LiteKube.ApiServer.Tables;

/// <summary>A table over the typed view of a kind, which is parsed once per object version and shared with every in-process reader.</summary>
internal sealed class Table<T>(params Column<T>[] columns) : ITable where T : class, IJsonType<T>
{
    public void WriteColumns(Utf8JsonWriter writer)
    {
        foreach (var column in columns)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, column.Name);
            writer.WriteString("type"u8, column.Type);
            writer.WriteString("format"u8, column.Format);
            writer.WriteString("description"u8, "");
            writer.WriteNumber("priority"u8, column.Priority);
            writer.WriteEndObject();
        }
    }

    public void WriteCells(Utf8JsonWriter writer, KubeObject value, TableContext context)
    {
        var item = value.As<T>();
        foreach (var column in columns)
            column.Value(item, context).Write(writer);
    }
}
