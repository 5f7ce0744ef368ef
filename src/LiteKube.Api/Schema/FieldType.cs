using LiteKube.Api.CustomResources;

namespace LiteKube.Api.Schema;

/// <summary>What a field holds. Scalars that are one value in JSON but a message on the wire (time, quantity …) are kinds of their own.</summary>
public enum FieldKind
{
    String,
    Int32,
    Int64,
    Bool,
    Double,
    Bytes,
    Time,
    MicroTime,
    Duration,
    Quantity,
    IntOrString,

    /// <summary>metav1.FieldsV1: any JSON object.</summary>
    Fields,

    /// <summary>runtime.RawExtension: an object of any kind.</summary>
    Raw,

    /// <summary>Any JSON value.</summary>
    Any,

    /// <summary>JSONSchemaProps or bool, array or string array: only inside CustomResourceDefinitions.</summary>
    SchemaOrBool,
    SchemaOrArray,
    SchemaOrStrings,

    /// <summary>A structure; see <see cref="FieldType.Object"/>.</summary>
    Object,

    /// <summary>A list; see <see cref="FieldType.Element"/>.</summary>
    List,

    /// <summary>A map with string keys; see <see cref="FieldType.Element"/>.</summary>
    Map,
}

public sealed class FieldType
{
    private readonly Func<TypeSchema>? _object;
    private TypeSchema? _resolved;

    internal FieldType(FieldKind kind, FieldType? element = null, Func<TypeSchema>? @object = null)
    {
        Kind = kind;
        Element = element;
        _object = @object;
    }

    public FieldKind Kind { get; }

    /// <summary>What the schema of a custom resource says of the value; null for the types of the built-in API, whose fields say it.</summary>
    public JsonSchema? Source { get; internal init; }

    /// <summary>Server-side apply treats the value as one.</summary>
    public bool Atomic => Source is { } s && (Kind == FieldKind.List ? s.ListType is "" or "atomic" : s.IsAtomicMap);

    /// <summary>A list that server-side apply merges as a set.</summary>
    public bool Set => Source?.ListType == "set";

    /// <summary>The keys by which server-side apply merges a list of structures; empty for other lists.</summary>
    public IReadOnlyList<string> MapKeys => Source is { ListType: "map" } s ? s.ListMapKeys : [];

    /// <summary>The element of a list or map.</summary>
    public FieldType? Element { get; }

    /// <summary>The structure of an object, or of the schema in a schemaOr… kind. Resolved on first use, so that types may contain themselves.</summary>
    public TypeSchema Object => _resolved ??= _object?.Invoke() ?? throw new InvalidOperationException($"a {Kind} has no structure");
}
