namespace LiteKube.Cel;

/// <summary>A type of the language. Equality looks at kind, name and parameters, not at sizes.</summary>
public sealed class CelType : IEquatable<CelType>
{
    public static readonly CelType Dyn = new(CelKind.Dyn, "dyn");
    public static readonly CelType Null = new(CelKind.Null, "null");
    public static readonly CelType Bool = new(CelKind.Bool, "bool");
    public static readonly CelType Int = new(CelKind.Int, "int");
    public static readonly CelType Uint = new(CelKind.Uint, "uint");
    public static readonly CelType Double = new(CelKind.Double, "double");
    public static readonly CelType String = new(CelKind.String, "string");
    public static readonly CelType Bytes = new(CelKind.Bytes, "bytes");
    public static readonly CelType Timestamp = new(CelKind.Timestamp, "google.protobuf.Timestamp");
    public static readonly CelType Duration = new(CelKind.Duration, "google.protobuf.Duration");
    internal static readonly CelType Error = new(CelKind.Error, "!error!");

    private CelType(CelKind kind, string name, params CelType[] parameters)
    {
        Kind = kind;
        Name = name;
        Parameters = parameters;
    }

    public CelKind Kind { get; }

    public string Name { get; }

    /// <summary>The element of a list or optional, the key and the value of a map, the type of a type.</summary>
    public IReadOnlyList<CelType> Parameters { get; }

    /// <summary>The fields of an object.</summary>
    public ICelObjectType? Object { get; private init; }

    /// <summary>The most elements, entries, characters or bytes that a value has; null where the schema sets no limit. Used to estimate cost.</summary>
    public long? MaxSize { get; private init; }

    public CelListType ListType { get; private init; }

    /// <summary>The keys of a list that is a map; names of JSON properties.</summary>
    public IReadOnlyList<string> ListKeys { get; private init; } = [];

    public static CelType List(CelType element) => new(CelKind.List, "list", element);

    /// <summary>A list of the API with its <c>x-kubernetes-list-type</c>.</summary>
    public static CelType List(CelType element, CelListType listType, IReadOnlyList<string> keys) =>
        new(CelKind.List, "list", element) { ListType = listType, ListKeys = keys };

    public static CelType Map(CelType key, CelType value) => new(CelKind.Map, "map", key, value);

    public static CelType Optional(CelType value) => new(CelKind.Optional, "optional_type", value);

    public static CelType TypeOf(CelType type) => new(CelKind.Type, "type", type);

    public static CelType Opaque(string name) => new(CelKind.Opaque, name);

    public static CelType ObjectOf(ICelObjectType type) => new(CelKind.Object, type.Name) { Object = type };

    internal static CelType Param(string name) => new(CelKind.TypeParam, name);

    /// <summary>The same type with a limit of size.</summary>
    public CelType WithMaxSize(long? maxSize) =>
        new(Kind, Name, [.. Parameters]) { Object = Object, MaxSize = maxSize, ListType = ListType, ListKeys = ListKeys };

    internal CelType WithParameters(CelType[] parameters) =>
        new(Kind, Name, parameters) { Object = Object, MaxSize = MaxSize, ListType = ListType, ListKeys = ListKeys };

    internal CelType Element => Kind is CelKind.List or CelKind.Optional or CelKind.Type ? Parameters[0] : Dyn;

    internal bool IsDyn => Kind is CelKind.Dyn or CelKind.Error;

    public bool Equals(CelType? other) =>
        other is not null && (ReferenceEquals(this, other) || (Kind == other.Kind && Name == other.Name && Parameters.SequenceEqual(other.Parameters)));

    public override bool Equals(object? obj) => Equals(obj as CelType);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Kind);
        hash.Add(Name, StringComparer.Ordinal);
        foreach (var parameter in Parameters)
            hash.Add(parameter);
        return hash.ToHashCode();
    }

    /// <summary>As Kubernetes prints it: <c>map(string, list(int))</c>.</summary>
    public override string ToString() => Kind switch
    {
        CelKind.Timestamp => "timestamp",
        CelKind.Duration => "duration",
        _ => Parameters.Count == 0 ? Name : $"{Name}({string.Join(", ", Parameters)})",
    };
}
