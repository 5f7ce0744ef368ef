using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.CustomResources;
using LiteKube.Api.Schema;
using LiteKube.Api.Validation;

namespace LiteKube.Api.Structure;

/// <summary>
/// Makes a decoded tree fit its type, as decoding into Go's structures does upstream: unknown fields are found and pruned, nulls of known
/// fields are dropped, quantities and times take their canonical form, and a value of the wrong JSON type is refused.
/// </summary>
public static class StructureCheck
{
    /// <returns>The paths of unknown fields, which are no longer in the tree; <c>spec.template.spec.containers[0].foo</c>.</returns>
    /// <exception cref="ApiException">BadRequest: the first value of a wrong type, by its path and the type expected.</exception>
    public static IReadOnlyList<string> Normalize(JsonObject tree, TypeSchema type)
    {
        if (type.Source is { } schema)
            return SchemaPruner.Prune(tree, schema, type.Gvk);
        var walker = new Walker(type, type.Gvk, []);
        walker.Object(tree, type);
        return walker.Unknown ?? (IReadOnlyList<string>)[];
    }

    /// <summary>The same for the metadata of a custom resource, or of one embedded in it.</summary>
    /// <param name="path">Where the metadata is.</param>
    internal static IReadOnlyList<string> NormalizeMetadata(JsonNode metadata, List<PathStep> path, GroupVersionKind? kind)
    {
        var walker = new Walker(ApiSchema.Current.Type("meta.v1.ObjectMeta"), kind, path);
        walker.Root(metadata);
        return walker.Unknown ?? (IReadOnlyList<string>)[];
    }

    /// <summary>What <c>fieldValidation=Strict</c> answers, and <c>Warn</c> warns of, one sentence a field.</summary>
    /// <param name="duplicates">Sentences on fields given more than once; see <see cref="Duplicates"/>.</param>
    public static IReadOnlyList<string> Findings(IReadOnlyList<string> unknown, IReadOnlyList<string> duplicates)
    {
        if (unknown.Count == 0 && duplicates.Count == 0)
            return [];
        var findings = new string[unknown.Count + duplicates.Count];
        for (var i = 0; i < unknown.Count; i++)
            findings[i] = $"unknown field \"{unknown[i]}\"";
        for (var i = 0; i < duplicates.Count; i++)
            findings[unknown.Count + i] = duplicates[i];
        return findings;
    }

    /// <summary>The sentences on JSON fields given more than once.</summary>
    public static IReadOnlyList<string> Duplicates(IReadOnlyList<string> paths) => paths.Count == 0 ? [] : [.. paths.Select(p => $"duplicate field \"{p}\"")];

    /// <summary>The answer to a request with strict field validation that had findings.</summary>
    public static ApiException Strict(GroupVersionKind kind, IReadOnlyList<string> findings) =>
        CannotHandle(kind, $"strict decoding error: {string.Join(", ", findings)}");

    internal static ApiException CannotHandle(GroupVersionKind? kind, string why) => new(
        StatusReason.BadRequest,
        kind is null ? why : $"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: {why}");

    private sealed class Walker(TypeSchema root, GroupVersionKind? kind, List<PathStep> path)
    {
        private readonly List<PathStep> _path = path;

        public List<string>? Unknown { get; private set; }

        public void Root(JsonNode value) => Value(value, new FieldType(FieldKind.Object, @object: () => root));

        public void Object(JsonObject tree, TypeSchema type)
        {
            for (var i = 0; i < tree.Count; i++)
            {
                var (name, value) = tree.GetAt(i);
                if (!type.Fields.TryGetValue(name, out var field))
                {
                    _path.Add(new PathStep(name));
                    (Unknown ??= []).Add(PathStep.Format(_path));
                    _path.RemoveAt(_path.Count - 1);
                    tree.RemoveAt(i--);
                    continue;
                }

                if (value is null)
                {
                    tree.RemoveAt(i--);
                    continue;
                }

                // Whoever reads these judges them; see JsonTreeBuilder.
                if (name == "managedFields" && value is JsonArray)
                    continue;
                _path.Add(new PathStep(name));
                var fitted = Value(value, field.Type);
                if (!ReferenceEquals(fitted, value))
                    tree.SetAt(i, fitted);
                _path.RemoveAt(_path.Count - 1);
            }
        }

        private JsonNode? Value(JsonNode value, FieldType type)
        {
            switch (type.Kind)
            {
                case FieldKind.Object:
                    Object(value as JsonObject ?? throw Mismatch(value, type), type.Object);
                    return value;
                case FieldKind.List:
                    List(value as JsonArray ?? throw Mismatch(value, type), type.Element!);
                    return value;
                case FieldKind.Map:
                    Map(value as JsonObject ?? throw Mismatch(value, type), type.Element!);
                    return value;
                case FieldKind.String or FieldKind.Duration:
                    return value.GetValueKind() == JsonValueKind.String ? value : throw Mismatch(value, type);
                case FieldKind.Bool:
                    return value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? value : throw Mismatch(value, type);
                case FieldKind.Int32:
                    return value.AsLong() is >= int.MinValue and <= int.MaxValue ? value : throw Mismatch(value, type);
                case FieldKind.Int64:
                    return value.AsLong() is not null ? value : throw Mismatch(value, type);
                case FieldKind.Double:
                    return value.AsDouble() is not null ? value : throw Mismatch(value, type);
                case FieldKind.Bytes:
                    return IsBase64(value.AsString()) ? value : throw Mismatch(value, type);
                case FieldKind.Quantity:
                    return Quantity(value, type);
                case FieldKind.IntOrString:
                    return value.GetValueKind() == JsonValueKind.String || value.AsLong() is >= int.MinValue and <= int.MaxValue ? value : throw Mismatch(value, type);
                case FieldKind.Time or FieldKind.MicroTime:
                    return Time(value, type);
                case FieldKind.Fields:
                    return value is JsonObject ? value : throw Mismatch(value, type);
                case FieldKind.SchemaOrBool or FieldKind.SchemaOrArray or FieldKind.SchemaOrStrings:
                    return SchemaOr(value, type);
                default:
                    return value;
            }
        }

        private void List(JsonArray list, FieldType element)
        {
            for (var i = 0; i < list.Count; i++)
            {
                _path.Add(new PathStep(i));
                var value = list[i];
                var fitted = value is null ? Zero(element) : Value(value, element);
                if (!ReferenceEquals(fitted, value))
                    list[i] = fitted;
                _path.RemoveAt(_path.Count - 1);
            }
        }

        private void Map(JsonObject map, FieldType element)
        {
            for (var i = 0; i < map.Count; i++)
            {
                var (name, value) = map.GetAt(i);
                _path.Add(new PathStep(name));
                var fitted = value is null ? Zero(element) : element.Kind == FieldKind.Quantity ? Quantity(value, element, inList: true) : Value(value, element);
                if (!ReferenceEquals(fitted, value))
                    map.SetAt(i, fitted);
                _path.RemoveAt(_path.Count - 1);
            }
        }

        private JsonNode Quantity(JsonNode value, FieldType type, bool inList = false)
        {
            var text = value.AsString() ?? (value.GetValueKind() == JsonValueKind.Number ? value.ToJsonString() : throw Mismatch(value, type));
            if (!Api.Quantity.TryParse(text, out var quantity))
                throw CannotHandle(kind, $"{PathStep.Format(_path)}: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
            if (inList)
                quantity = quantity.RoundedToMilli;
            var canonical = quantity.ToString();
            return canonical == value.AsString() ? value : JsonValue.Create(canonical);
        }

        private JsonNode Time(JsonNode value, FieldType type)
        {
            if (value.AsString() is not { } text || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) || text.Length < 20 || text[10] is not ('T' or 't'))
                throw Mismatch(value, type);
            var canonical = type.Kind == FieldKind.MicroTime ? JsonOut.MicroTimeText(time) : JsonOut.TimeText(time);
            return canonical == text ? value : JsonValue.Create(canonical);
        }

        private JsonNode SchemaOr(JsonNode value, FieldType type)
        {
            switch (value)
            {
                case JsonObject schema:
                    Object(schema, type.Object);
                    return value;
                case JsonArray list when type.Kind == FieldKind.SchemaOrArray:
                    foreach (var item in list)
                        Object(item as JsonObject ?? throw Mismatch(value, type), type.Object);
                    return value;
                case JsonArray list when type.Kind == FieldKind.SchemaOrStrings:
                    foreach (var item in list)
                        if (item.AsString() is null)
                            throw Mismatch(value, type);
                    return value;
                default:
                    return type.Kind == FieldKind.SchemaOrBool && value.AsBool() is not null ? value : throw Mismatch(value, type);
            }
        }

        private static bool IsBase64(string? text) =>
            text is not null && (text.Length < 256 ? Convert.TryFromBase64String(text, stackalloc byte[256], out _) : System.Buffers.Text.Base64.IsValid(text));

        // What an item or map value that is null counts as.
        private static JsonNode? Zero(FieldType type) => type.Kind switch
        {
            FieldKind.String or FieldKind.Bytes => JsonValue.Create(""),
            FieldKind.Object => new JsonObject(),
            FieldKind.List => new JsonArray(),
            FieldKind.Int32 or FieldKind.Int64 or FieldKind.Double => JsonValue.Create(0L),
            FieldKind.Bool => JsonValue.Create(false),
            FieldKind.Quantity => JsonValue.Create("0"),
            _ => null,
        };

        private ApiException Mismatch(JsonNode value, FieldType type) => CannotHandle(
            kind,
            $"json: cannot unmarshal {Found(value)} into field {PathStep.Format(_path)} of type {TypeName(type)}");

        private static string Found(JsonNode value) => value.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number " + value.ToJsonString(),
            JsonValueKind.True or JsonValueKind.False => "bool",
            JsonValueKind.Array => "array",
            _ => "object",
        };

        private static string TypeName(FieldType type) => type.Kind switch
        {
            FieldKind.Object => type.Object.Name,
            FieldKind.List => "[]" + TypeName(type.Element!),
            FieldKind.Map => "map[string]" + TypeName(type.Element!),
            FieldKind.Double => "float64",
            FieldKind.Bytes => "base64 text",
            FieldKind.Time or FieldKind.MicroTime => "RFC 3339 time",
            FieldKind.SchemaOrBool or FieldKind.SchemaOrArray or FieldKind.SchemaOrStrings => "JSON schema",
            FieldKind.Fields => "object",
            _ => type.Kind.ToString().ToLowerInvariant(),
        };
    }
}
