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

    /// <summary>The element of a list or map.</summary>
    public FieldType? Element { get; }

    /// <summary>The structure of an object, or of the schema in a schemaOr… kind. Resolved on first use, so that types may contain themselves.</summary>
    public TypeSchema Object => _resolved ??= _object?.Invoke() ?? throw new InvalidOperationException($"a {Kind} has no structure");
}
