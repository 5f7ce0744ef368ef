using System.Text.Json;
using LiteKube.Api;

namespace LiteKube.ApiServer.Tables;

/// <summary>How kubectl get shows a kind.</summary>
internal interface ITable
{
    void WriteColumns(Utf8JsonWriter writer);

    void WriteCells(Utf8JsonWriter writer, KubeObject value, TableContext context);
}
