namespace LiteKube.Cel;

/// <summary>The types as values: what <c>type(x)</c> gives and what their names in an expression mean.</summary>
internal static class RuntimeTypes
{
    public static readonly CelType List = CelType.List(CelType.Dyn);
    public static readonly CelType Map = CelType.Map(CelType.Dyn, CelType.Dyn);
    public static readonly CelType Type = CelType.TypeOf(CelType.Dyn);
    public static readonly CelType Optional = CelType.Optional(CelType.Dyn);

    public static CelType Of(CelKind kind) => kind switch
    {
        CelKind.Null => CelType.Null,
        CelKind.Bool => CelType.Bool,
        CelKind.Int => CelType.Int,
        CelKind.Uint => CelType.Uint,
        CelKind.Double => CelType.Double,
        CelKind.String => CelType.String,
        CelKind.Bytes => CelType.Bytes,
        CelKind.Timestamp => CelType.Timestamp,
        CelKind.Duration => CelType.Duration,
        CelKind.List => List,
        CelKind.Map => Map,
        CelKind.Type => Type,
        CelKind.Optional => Optional,
        CelKind.Error => CelType.Error,
        _ => CelType.Dyn,
    };
}
