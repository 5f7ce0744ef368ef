using System.Text.Json.Nodes;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Tests.Schema;

/// <summary>Objects with every field set, made of the schema alone.</summary>
internal static class Samples
{
    private const int MaxNesting = 16;

    public static JsonObject Of(TypeSchema type)
    {
        var counter = 0;
        return Object(type, 0, ref counter);
    }

    private static JsonObject Object(TypeSchema type, int depth, ref int counter)
    {
        var result = new JsonObject();
        if (depth == 0 && type.Gvk is { } gvk)
        {
            result["apiVersion"] = gvk.ApiVersion;
            result["kind"] = gvk.Kind;
        }

        foreach (var field in type.Fields.Values.OrderBy(f => f.Name, StringComparer.Ordinal))
            if (field.WirePath.Count > 0 && depth < MaxNesting)
                result[field.Name] = Value(field.Type, depth, ref counter);
        return result;
    }

    private static JsonNode Value(FieldType type, int depth, ref int counter)
    {
        var n = ++counter;
        return type.Kind switch
        {
            FieldKind.String => JsonValue.Create("text-" + n),
            FieldKind.Int32 => JsonValue.Create(n % 2 == 0 ? n : -n),
            FieldKind.Int64 => JsonValue.Create(n * 10_000_000_000L),
            FieldKind.Bool => JsonValue.Create(true),
            FieldKind.Double => JsonValue.Create(n + 0.5),
            FieldKind.Bytes => JsonValue.Create(Convert.ToBase64String(BitConverter.GetBytes(n))),
            FieldKind.Time => JsonValue.Create(DateTime.UnixEpoch.AddSeconds(n * 1000).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")),
            FieldKind.MicroTime => JsonValue.Create(DateTime.UnixEpoch.AddSeconds(n * 1000).AddMicroseconds(n % 1000).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'")),
            FieldKind.Quantity => JsonValue.Create(2 * n + 1 + "Mi"),
            FieldKind.IntOrString => n % 2 == 0 ? JsonValue.Create(n) : JsonValue.Create(n % 100 + "%"),
            FieldKind.Fields or FieldKind.Raw or FieldKind.Any => new JsonObject { ["f:x"] = new JsonObject { ["n"] = n } },
            FieldKind.SchemaOrBool => n % 2 == 0 ? JsonValue.Create(false) : Object(type.Object, depth + 6, ref counter),
            FieldKind.SchemaOrArray => n % 2 == 0 ? Object(type.Object, depth + 6, ref counter) : new JsonArray(Object(type.Object, depth + 6, ref counter)),
            FieldKind.SchemaOrStrings => new JsonArray(JsonValue.Create("a"), JsonValue.Create("b")),
            FieldKind.Object => Object(type.Object, depth + (type.Object.Name == "apiextensions.v1.JSONSchemaProps" ? 6 : 1), ref counter),
            FieldKind.List => new JsonArray(Value(type.Element!, depth, ref counter), Value(type.Element!, depth, ref counter)),
            FieldKind.Map => new JsonObject { ["key-" + n] = Value(type.Element!, depth + 1, ref counter), ["other"] = Value(type.Element!, depth + 1, ref counter) },
            _ => throw new InvalidOperationException(type.Kind.ToString()),
        };
    }
}
