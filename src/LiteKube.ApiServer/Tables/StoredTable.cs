using System.Text.Json;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Tables;

/// <summary>A resource that is another one's objects under a second name looks like that one.</summary>
internal sealed class StoredTable(ITable stored, IObjectConversion conversion) : ITable
{
    public void WriteColumns(Utf8JsonWriter writer) => stored.WriteColumns(writer);

    public void WriteCells(Utf8JsonWriter writer, KubeObject value, TableContext context)
    {
        var tree = value.ToTree();
        conversion.ToStorage(tree);
        stored.WriteCells(writer, new KubeObject(JsonTree.Write(tree)), context);
    }
}
