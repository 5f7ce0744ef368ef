using System.Text.Json.Nodes;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Apply;

/// <summary>How one value merges and who can own what in it.</summary>
internal enum MergeKind
{
    /// <summary>Without a schema: objects merge by member, lists and scalars are one value.</summary>
    Untyped,

    Scalar,

    /// <summary>A structure, map or list that has one owner and is replaced as a whole.</summary>
    Atomic,

    Struct,
    Map,

    /// <summary>A list of structures that have keys.</summary>
    MapList,

    /// <summary>A list of scalars of which each is there once.</summary>
    SetList,
}

/// <summary>
/// What server-side apply needs to know of the value at hand. (https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy; where
/// a field says nothing of list type, the strategy of its strategic merge patch counts.)
/// </summary>
internal readonly struct MergeSchema
{
    private static readonly string[] s_noKeys = [];

    private readonly FieldType? _type;
    private readonly TypeSchema? _struct;

    private MergeSchema(MergeKind kind, FieldType? type, TypeSchema? @struct, IReadOnlyList<string> keys)
    {
        Kind = kind;
        _type = type;
        _struct = @struct;
        Keys = keys;
    }

    public MergeKind Kind { get; }

    /// <summary>Of a <see cref="MergeKind.MapList"/>.</summary>
    public IReadOnlyList<string> Keys { get; }

    public IEnumerable<string> SortedKeys => Keys.Count == 1 ? Keys : Keys.Order(StringComparer.Ordinal);

    public FieldType? Type => _type;

    public static MergeSchema Untyped { get; } = new(MergeKind.Untyped, null, null, s_noKeys);

    /// <summary>The item of a list or the value of a map.</summary>
    public MergeSchema Element => _type?.Element is { } element ? Of(element) : Untyped;

    public static MergeSchema Of(TypeSchema? type) => type is null ? Untyped : new MergeSchema(MergeKind.Struct, null, type, s_noKeys);

    /// <summary>An atomic structure or map as if it were not: to look into it.</summary>
    public MergeSchema Inside => Kind != MergeKind.Atomic || _type is null ? this
        : _type.Kind == FieldKind.Object ? new MergeSchema(MergeKind.Struct, _type, _type.Object, s_noKeys)
        : new MergeSchema(MergeKind.Map, _type, null, s_noKeys);

    /// <param name="known">False: the structure has no such field and takes none.</param>
    public MergeSchema Member(string name, out bool known)
    {
        known = true;
        if (Kind == MergeKind.Map)
            return Element;
        if (_struct is null)
            return Untyped;
        if (_struct.Fields.TryGetValue(name, out var field))
            return Of(field);
        known = _struct.PreservesUnknown;
        return Untyped;
    }

    /// <summary>The name is that of a field of a structure, not a key of a map.</summary>
    public bool HasField(string name) => Kind == MergeKind.Struct && _struct!.Fields.ContainsKey(name);

    public JsonNode? DefaultOf(string key) => _type?.Element is { Kind: FieldKind.Object } element && element.Object.Fields.TryGetValue(key, out var field) ? field.Default : null;

    /// <summary>The kind that the value has: as declared where it fits, else by its look.</summary>
    public MergeKind KindOf(JsonNode? value) => Kind switch
    {
        MergeKind.Untyped => value is JsonObject ? MergeKind.Map : MergeKind.Atomic,
        MergeKind.Struct or MergeKind.Map => value is null or JsonObject ? Kind : MergeKind.Atomic,
        MergeKind.MapList or MergeKind.SetList => value is null or JsonArray ? Kind : MergeKind.Atomic,
        _ => Kind,
    };

    private static MergeSchema Of(FieldSchema field)
    {
        if (field.Atomic)
            return new MergeSchema(MergeKind.Atomic, field.Type, null, s_noKeys);
        if (field.Type.Kind != FieldKind.List)
            return Of(field.Type);
        if (field.Set)
            return new MergeSchema(MergeKind.SetList, field.Type, null, s_noKeys);
        if (field.MapKeys.Count > 0)
            return new MergeSchema(MergeKind.MapList, field.Type, null, field.MapKeys);
        if (!field.PatchStrategies.Contains("merge"))
            return new MergeSchema(MergeKind.Atomic, field.Type, null, s_noKeys);
        return field.PatchMergeKey is { } key
            ? new MergeSchema(MergeKind.MapList, field.Type, null, [key])
            : new MergeSchema(MergeKind.SetList, field.Type, null, s_noKeys);
    }

    private static MergeSchema Of(FieldType type) => type.Kind switch
    {
        // What the schema of a custom resource says of a value wherever it stands.
        _ when type.Source is not null && type.Atomic => new MergeSchema(MergeKind.Atomic, type, null, s_noKeys),
        FieldKind.List when type.Set => new MergeSchema(MergeKind.SetList, type, null, s_noKeys),
        FieldKind.List when type.MapKeys.Count > 0 => new MergeSchema(MergeKind.MapList, type, null, type.MapKeys),
        FieldKind.Object => new MergeSchema(type.Object.Atomic ? MergeKind.Atomic : MergeKind.Struct, type, type.Object, s_noKeys),
        FieldKind.Map => new MergeSchema(MergeKind.Map, type, null, s_noKeys),
        FieldKind.List => new MergeSchema(MergeKind.Atomic, type, null, s_noKeys),
        FieldKind.Raw or FieldKind.Any or FieldKind.Fields or FieldKind.SchemaOrBool or FieldKind.SchemaOrArray or FieldKind.SchemaOrStrings => new MergeSchema(MergeKind.Untyped, type, null, s_noKeys),
        _ => new MergeSchema(MergeKind.Scalar, type, null, s_noKeys),
    };
}
