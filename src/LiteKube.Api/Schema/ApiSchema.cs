using System.Collections.Frozen;

namespace LiteKube.Api.Schema;

/// <summary>The built-in API: every kind and structure of the schema files embedded in this assembly.</summary>
public sealed class ApiSchema
{
    /// <summary>The type of the schemas inside CustomResourceDefinitions.</summary>
    internal const string JsonSchema = "apiextensions.v1.JSONSchemaProps";

    private const string Overlay = "overlay.schema";

    private static readonly Lazy<ApiSchema> s_current = new(Load);

    private readonly FrozenDictionary<string, TypeSchema> _types;
    private readonly FrozenDictionary<(string, string, string), KindSchema> _byPlural;
    private readonly FrozenDictionary<GroupVersionKind, TypeSchema> _byKind;

    private ApiSchema(SchemaText text, OverlayText overlay)
    {
        var scalars = Enum.GetValues<FieldKind>().Where(k => k < FieldKind.Object).ToDictionary(ScalarName, k => new FieldType(k), StringComparer.Ordinal);
        _types = text.Types.Select(t => new TypeSchema(t, overlay.Types.GetValueOrDefault(t.Name), TypeOf)).ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
        Kinds = text.Kinds.Select(k => new KindSchema(k, _types[k.Type])).ToArray();
        _byPlural = Kinds.ToFrozenDictionary(k => (k.Resource.Group, k.Resource.Version, k.Resource.Plural));
        if (overlay.Types.Keys.FirstOrDefault(name => !_types.ContainsKey(name)) is { } unknown)
            throw new FormatException($"overlay.schema: there is no type {unknown}");
        _byKind = _types.Values.Where(t => t.Gvk is not null).ToFrozenDictionary(t => t.Gvk!);

        FieldType TypeOf(string name)
        {
            if (name.StartsWith("[]", StringComparison.Ordinal))
                return new FieldType(FieldKind.List, TypeOf(name[2..]));
            if (name.StartsWith("{}", StringComparison.Ordinal))
                return new FieldType(FieldKind.Map, TypeOf(name[2..]));
            if (!scalars.TryGetValue(name, out var scalar))
                return new FieldType(FieldKind.Object, @object: () => _types![name]);
            return scalar.Kind is FieldKind.SchemaOrBool or FieldKind.SchemaOrArray or FieldKind.SchemaOrStrings
                ? new FieldType(scalar.Kind, @object: () => _types![JsonSchema])
                : scalar;
        }
    }

    public static ApiSchema Current => s_current.Value;

    public IReadOnlyList<KindSchema> Kinds { get; }

    public IEnumerable<TypeSchema> Types => _types.Values;

    /// <summary>The structure of that short name, as in <c>core.v1.Pod</c>.</summary>
    public TypeSchema Type(string name) => _types[name];

    public TypeSchema? Type(GroupVersionKind kind) => _byKind.GetValueOrDefault(kind);

    public KindSchema? Find(string group, string version, string plural) => _byPlural.GetValueOrDefault((group, version, plural));

    private static string ScalarName(FieldKind kind) => kind switch
    {
        FieldKind.IntOrString => "intstr",
        FieldKind.SchemaOrBool => "schemaOrBool",
        FieldKind.SchemaOrArray => "schemaOrArray",
        FieldKind.SchemaOrStrings => "schemaOrStrings",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static ApiSchema Load()
    {
        var assembly = typeof(ApiSchema).Assembly;
        var files = assembly.GetManifestResourceNames()
            .Where(n => n.EndsWith(".schema", StringComparison.Ordinal) && n != Overlay)
            .Order(StringComparer.Ordinal)
            .Select(Resource);
        return new ApiSchema(SchemaText.Parse(files), OverlayText.Parse(Resource(Overlay)));

        string Resource(string name)
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        }
    }
}
