using LiteKube.Api.Schema;
using LiteKube.Cel;

namespace LiteKube.Admission.Expressions;

/// <summary>The structures of the API as types of expressions.</summary>
public static class SchemaTypes
{
    public static CelType Of(TypeSchema type) => CelType.ObjectOf(new SchemaObject(type));

    private static CelType Of(FieldType type) => type.Kind switch
    {
        FieldKind.String or FieldKind.Quantity or FieldKind.Duration => CelType.String,
        FieldKind.Int32 or FieldKind.Int64 => CelType.Int,
        FieldKind.Bool => CelType.Bool,
        FieldKind.Double => CelType.Double,
        FieldKind.Bytes => CelType.Bytes,
        FieldKind.Time or FieldKind.MicroTime => CelType.Timestamp,
        FieldKind.Object => Of(type.Object),
        FieldKind.List => CelType.List(Of(type.Element!)),
        FieldKind.Map => CelType.Map(CelType.String, Of(type.Element!)),
        _ => CelType.Dyn,
    };

    // Fields are looked up when asked for: structures may contain themselves.
    private sealed class SchemaObject(TypeSchema type) : ICelObjectType
    {
        private readonly Dictionary<string, CelField> _known = new(StringComparer.Ordinal);

        public string Name => type.Name;

        public CelField? Field(string name)
        {
            lock (_known)
            {
                if (_known.TryGetValue(name, out var known))
                    return known;
                if (Find(name) is not { } field)
                    return type.PreservesUnknown ? new CelField(name, CelType.Dyn) : null;
                return _known[name] = new CelField(field.Name, Of(field.Type));
            }
        }

        private FieldSchema? Find(string name) =>
            type.Fields.TryGetValue(name, out var field) ? field : type.Ordered.FirstOrDefault(f => FieldNames.Escape(f.Name) == name);
    }
}
