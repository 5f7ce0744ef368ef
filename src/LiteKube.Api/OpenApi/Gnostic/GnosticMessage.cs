namespace LiteKube.Api.OpenApi.Gnostic;

/// <summary>A message: its fields by the names of the JSON members, and the number under which it keeps members that begin with <c>x-</c>.</summary>
internal sealed class GnosticMessage(int extensions, params IEnumerable<(string Name, GnosticField Field)> fields)
{
    public int Extensions => extensions;

    public IReadOnlyDictionary<string, GnosticField> Fields { get; } = fields.ToDictionary(f => f.Name, f => f.Field, StringComparer.Ordinal);
}
