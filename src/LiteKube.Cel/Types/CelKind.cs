namespace LiteKube.Cel;

/// <summary>The kinds of type that an expression can have.</summary>
public enum CelKind
{
    /// <summary>Any type; checked when the expression runs.</summary>
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Timestamp,
    Duration,
    List,
    Map,

    /// <summary>A structure with named fields, described by an <see cref="ICelObjectType"/>.</summary>
    Object,

    /// <summary>The type of types.</summary>
    Type,
    Optional,

    /// <summary>A type of a function library, such as net.URL.</summary>
    Opaque,

    /// <summary>A type variable of a function's declaration.</summary>
    TypeParam,

    /// <summary>A value that stands for a failed evaluation; no expression has this type.</summary>
    Error,
}
