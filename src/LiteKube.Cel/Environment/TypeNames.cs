using System.Collections.Frozen;

namespace LiteKube.Cel;

/// <summary>The names of types that every expression may use, as in <c>type(x) == int</c>.</summary>
internal static class TypeNames
{
    private static readonly FrozenDictionary<string, CelType> s_types = new Dictionary<string, CelType>
    {
        ["bool"] = CelType.Bool,
        ["int"] = CelType.Int,
        ["uint"] = CelType.Uint,
        ["double"] = CelType.Double,
        ["string"] = CelType.String,
        ["bytes"] = CelType.Bytes,
        ["list"] = RuntimeTypes.List,
        ["map"] = RuntimeTypes.Map,
        ["null_type"] = CelType.Null,
        ["type"] = RuntimeTypes.Type,
        ["optional_type"] = RuntimeTypes.Optional,
        ["google.protobuf.Timestamp"] = CelType.Timestamp,
        ["google.protobuf.Duration"] = CelType.Duration,
        ["net.URL"] = CelType.Opaque("net.URL"),
        ["net.IP"] = CelType.Opaque("net.IP"),
        ["net.CIDR"] = CelType.Opaque("net.CIDR"),
        ["kubernetes.Quantity"] = CelType.Opaque("kubernetes.Quantity"),
        ["kubernetes.Semver"] = CelType.Opaque("kubernetes.Semver"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static CelType? Find(string name) => s_types.GetValueOrDefault(name);
}
