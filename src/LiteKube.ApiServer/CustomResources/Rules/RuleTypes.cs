using LiteKube.Api.CustomResources;
using LiteKube.Cel;

namespace LiteKube.ApiServer.CustomResources.Rules;

/// <summary>
/// The schema of a custom resource as the types of CEL. What the schema does not specify has no type and cannot be spoken of. Sizes without a limit are as large as
/// a request can make them. (https://kubernetes.io/docs/reference/using-api/cel/#type-system-integration)
/// </summary>
internal static class RuleTypes
{
    private const long LargestRequest = 3 * 1024 * 1024;

    /// <param name="isResource">apiVersion, kind, metadata.name and metadata.generateName are always there.</param>
    /// <returns>Null where nothing is known of the values.</returns>
    public static CelType? Of(JsonSchema schema, bool isResource)
    {
        if (schema.IsIntOrString)
            return CelType.Dyn;
        switch (schema.Type)
        {
            case "array":
                return schema.Items is { } items && Of(items, items.IsEmbedded) is { } element
                    ? CelType.List(element, ListTypeOf(schema), schema.ListMapKeys).WithMaxSize(schema.MaxItems ?? (LargestRequest - 2) / (LeastSize(items) + 1))
                    : null;
            case "object" when schema.AdditionalProperties is { } value:
                return Of(value, value.IsEmbedded) is { } valueType
                    ? CelType.Map(CelType.String, valueType).WithMaxSize(schema.MaxProperties ?? (LargestRequest - 2) / (LeastSize(value) + 6))
                    : null;
            case "object":
                return CelType.ObjectOf(new SchemaObject(schema, isResource));
            case "string":
                return TextOf(schema);
            case "boolean":
                return CelType.Bool;
            case "number":
                return CelType.Double;
            case "integer":
                return CelType.Int;
            default:
                return null;
        }
    }

    /// <summary>How often at most a value of the schema can occur in one request.</summary>
    public static long MostIn(JsonSchema schema) => LargestRequest / (LeastSize(schema) + 1);

    private static CelType TextOf(JsonSchema schema) => schema.Format switch
    {
        "byte" => CelType.Bytes.WithMaxSize(schema.MaxLength ?? LargestRequest - 2),
        "duration" => CelType.Duration.WithMaxSize(schema.MaxLength ?? LargestRequest - 2),
        "date" or "date-time" => CelType.Timestamp.WithMaxSize(schema.Format == "date" ? 10 : 33),
        _ => CelType.String.WithMaxSize(LongestText(schema)),
    };

    private static long LongestText(JsonSchema schema)
    {
        // maxLength counts characters, cost counts bytes, of which a character has four at most.
        if (schema.MaxLength is { } max)
            return max * 4;
        return schema.Enum.Count > 0 ? schema.Enum.Max(e => (e?.ToJsonString().Length ?? 4) - 2) : LargestRequest - 2;
    }

    private static CelListType ListTypeOf(JsonSchema schema) => schema.ListType switch { "set" => CelListType.Set, "map" => CelListType.Map, _ => CelListType.Atomic };

    // The least that a value takes as JSON.
    private static long LeastSize(JsonSchema schema) => schema.Type switch
    {
        "array" or "string" => 2,
        "boolean" => 4,
        "object" => 2 + schema.Required.Sum(r => schema.Properties.TryGetValue(r, out var property) && property.Default is null ? r.Length + 4 + LeastSize(property) : 0),
        _ => 1,
    };

    private sealed class SchemaObject : ICelObjectType
    {
        private static readonly CelType s_metadata = CelType.ObjectOf(new CelObjectType("metadata", new Dictionary<string, CelType>(StringComparer.Ordinal)
        {
            ["name"] = CelType.String.WithMaxSize(253 * 4),
            ["generateName"] = CelType.String.WithMaxSize(253 * 4),
        }));

        private readonly Dictionary<string, CelField> _fields = new(StringComparer.Ordinal);

        public SchemaObject(JsonSchema schema, bool isResource)
        {
            foreach (var (name, property) in schema.Properties)
                if (FieldNames.Escape(name) is { } escaped && Of(property, property.IsEmbedded) is { } type)
                    _fields[escaped] = new CelField(name, type);
            if (!isResource)
                return;
            _fields["apiVersion"] = new CelField("apiVersion", CelType.String.WithMaxSize(LargestRequest - 2));
            _fields["kind"] = new CelField("kind", CelType.String.WithMaxSize(LargestRequest - 2));
            _fields["metadata"] = new CelField("metadata", s_metadata);
        }

        public string Name => "object";

        public CelField? Field(string name) => _fields.GetValueOrDefault(name);
    }
}
