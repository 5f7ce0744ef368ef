using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.CustomResources;

/// <summary>A column that <c>kubectl get</c> shows of a custom resource.</summary>
/// <param name="Type">integer, number, string, boolean or date.</param>
/// <param name="Priority">0: always shown; more: only in wide output.</param>
/// <param name="Path">Null where the path is not one; such a column is empty.</param>
public sealed record PrinterColumn(string Name, string Type, string Format, string Description, long Priority, JsonPath? Path)
{
    internal static PrinterColumn Age { get; } = new("Age", "date", "", "When the object was created.", 0, JsonPath.Parse(".metadata.creationTimestamp"));

    internal static PrinterColumn Of(JsonObject column) => new(
        column.String("name") ?? "",
        column.String("type") ?? "",
        column.String("format") ?? "",
        column.String("description") ?? "",
        column.Long("priority") ?? 0,
        JsonPath.TryParse(column.String("jsonPath") ?? "", out var path, out _) ? path : null);
}
