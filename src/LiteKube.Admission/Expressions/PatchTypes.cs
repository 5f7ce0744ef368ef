using LiteKube.Cel;

namespace LiteKube.Admission.Expressions;

/// <summary>
/// What mutations construct: <c>Object</c> and every <c>Object.field.field</c>, whose fields may hold anything, and <c>JSONPatch</c>. That names fit the
/// fields that they stand in is checked when the expression has run.
/// </summary>
internal sealed class PatchTypes : ICelTypeProvider
{
    private const string Root = "Object";

    public static readonly PatchTypes Provider = new();

    /// <summary>The type of an apply configuration.</summary>
    public static CelType ApplyConfiguration { get; } = CelType.ObjectOf(new AnyFields(Root));

    /// <summary>The type of one operation of a JSON patch.</summary>
    public static CelType JsonPatch { get; } = CelType.ObjectOf(new CelObjectType("JSONPatch", new Dictionary<string, CelType>
    {
        ["op"] = CelType.String,
        ["path"] = CelType.String,
        ["from"] = CelType.String,
        ["value"] = CelType.Dyn,
    }));

    public CelType? Find(string name) => name switch
    {
        Root => ApplyConfiguration,
        "JSONPatch" => JsonPatch,
        _ => name.StartsWith(Root + ".", StringComparison.Ordinal) ? CelType.ObjectOf(new AnyFields(name)) : null,
    };

    private sealed class AnyFields(string name) : ICelObjectType
    {
        public string Name => name;

        public CelField? Field(string name) => new(name, CelType.Dyn);
    }
}
