using System.Globalization;
using System.Text;
using System.Text.Json;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Protobuf;

/// <summary>
/// JSON text to messages, in one pass without a tree. Members that the schema does not know, and nulls, are left out. Each field of an
/// embedded Go struct is sent as a part of that struct's message; readers join the parts.
/// </summary>
internal static class ProtobufEncoder
{
    private const int MapKey = 1;
    private const int MapValue = 2;

    /// <summary>Writes the members of the object that the reader stands at.</summary>
    public static void Object(ref Utf8JsonReader reader, TypeSchema type, WireWriter writer)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        while (JsonIn.NextProperty(ref reader))
        {
            var field = type.FieldOf(ref reader);
            reader.Read();
            if (field is null || field.WirePath.Count == 0 || reader.TokenType == JsonTokenType.Null)
                reader.Skip();
            else
                Field(ref reader, field, 0, writer);
        }
    }

    /// <summary>Writes metadata and items of a list of any kind.</summary>
    public static void List(ref Utf8JsonReader reader, TypeSchema item, WireWriter writer)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        while (JsonIn.NextProperty(ref reader))
        {
            var metadata = reader.ValueTextEquals("metadata"u8);
            var items = reader.ValueTextEquals("items"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null || !metadata && !items)
            {
                reader.Skip();
            }
            else if (metadata)
            {
                Message(ref reader, ProtobufCodec.ListMetadata, ApiSchema.Current.Type("meta.v1.ListMeta"), writer);
            }
            else
            {
                Expect(ref reader, JsonTokenType.StartArray);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Message(ref reader, ProtobufCodec.ListItems, item, writer);
            }
        }
    }

    private static void Field(ref Utf8JsonReader reader, FieldSchema field, int depth, WireWriter writer)
    {
        var number = field.WirePath[depth];
        if (depth < field.WirePath.Count - 1)
        {
            var start = writer.Begin(number);
            Field(ref reader, field, depth + 1, writer);
            writer.End(start);
            return;
        }

        switch (field.Type.Kind)
        {
            case FieldKind.List:
                Expect(ref reader, JsonTokenType.StartArray);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Value(ref reader, field.Type.Element!, number, writer);
                break;
            case FieldKind.Map:
                Map(ref reader, field.Type.Element!, number, writer);
                break;
            default:
                Value(ref reader, field.Type, number, writer);
                break;
        }
    }

    private static void Map(ref Utf8JsonReader reader, FieldType element, int number, WireWriter writer)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        while (JsonIn.NextProperty(ref reader))
        {
            var entry = writer.Begin(number);
            writer.Text(MapKey, reader.GetString()!);
            reader.Read();
            if (element.Kind == FieldKind.List)
            {
                var start = writer.Begin(MapValue);
                if (reader.TokenType != JsonTokenType.Null)
                {
                    Expect(ref reader, JsonTokenType.StartArray);
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                        Value(ref reader, element.Element!, WireScalars.Only, writer);
                }

                writer.End(start);
            }
            else
            {
                Value(ref reader, element, MapValue, writer);
            }

            writer.End(entry);
        }
    }

    private static void Message(ref Utf8JsonReader reader, int number, TypeSchema type, WireWriter writer)
    {
        var start = writer.Begin(number);
        if (reader.TokenType != JsonTokenType.Null)
            Object(ref reader, type, writer);
        writer.End(start);
    }

    private static void Value(ref Utf8JsonReader reader, FieldType type, int number, WireWriter writer)
    {
        switch (type.Kind)
        {
            case FieldKind.String:
                Text(ref reader, number, writer);
                break;
            case FieldKind.Int32:
            case FieldKind.Int64:
                if (reader.TokenType == JsonTokenType.Null)
                    writer.Int(number, 0);
                else if (reader.TokenType == JsonTokenType.Number && (reader.TryGetInt64(out var whole) || Whole(ref reader, out whole)))
                    writer.Int(number, whole);
                else
                    throw Mismatch(ref reader, "a whole number");
                break;
            case FieldKind.Bool:
                writer.Int(number, reader.TokenType switch
                {
                    JsonTokenType.True => 1,
                    JsonTokenType.False or JsonTokenType.Null => 0,
                    _ => throw Mismatch(ref reader, "a bool"),
                });
                break;
            case FieldKind.Double:
                Expect(ref reader, JsonTokenType.Number);
                writer.Double(number, reader.GetDouble());
                break;
            case FieldKind.Bytes:
                if (reader.TokenType != JsonTokenType.String || !reader.TryGetBytesFromBase64(out var bytes))
                    throw Mismatch(ref reader, "base64 text");
                writer.Bytes(number, bytes);
                break;
            case FieldKind.Time:
            case FieldKind.MicroTime:
                Time(ref reader, type.Kind, number, writer);
                break;
            case FieldKind.Quantity:
                var quantity = writer.Begin(number);
                if (reader.TokenType == JsonTokenType.Number)
                    writer.Bytes(WireScalars.Only, reader.ValueSpan);
                else
                    Text(ref reader, WireScalars.Only, writer);
                writer.End(quantity);
                break;
            case FieldKind.IntOrString:
                IntOrString(ref reader, number, writer);
                break;
            case FieldKind.Fields:
            case FieldKind.Raw:
            case FieldKind.Any:
                var raw = writer.Begin(number);
                Raw(ref reader, writer);
                writer.End(raw);
                break;
            case FieldKind.SchemaOrBool:
            case FieldKind.SchemaOrArray:
            case FieldKind.SchemaOrStrings:
                SchemaOr(ref reader, type, number, writer);
                break;
            case FieldKind.Object:
                Message(ref reader, number, type.Object, writer);
                break;
            default:
                throw new InvalidOperationException($"{type.Kind} has no form on the wire");
        }
    }

    private static void Text(ref Utf8JsonReader reader, int number, WireWriter writer)
    {
        if (reader.TokenType == JsonTokenType.Null)
            writer.Bytes(number, default);
        else if (reader.TokenType != JsonTokenType.String)
            throw Mismatch(ref reader, "a string");
        else if (reader.ValueIsEscaped)
            writer.Text(number, reader.GetString()!);
        else
            writer.Bytes(number, reader.ValueSpan);
    }

    private static void Time(ref Utf8JsonReader reader, FieldKind kind, int number, WireWriter writer)
    {
        var start = writer.Begin(number);
        if (reader.TokenType == JsonTokenType.String)
        {
            if (!DateTimeOffset.TryParse(reader.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                throw Mismatch(ref reader, "an RFC 3339 time");
            writer.Int(WireScalars.Seconds, time.ToUnixTimeSeconds());
            writer.Int(WireScalars.Nanos, kind == FieldKind.MicroTime ? time.UtcTicks % TimeSpan.TicksPerSecond / 10 * 1000 : 0);
        }
        else if (reader.TokenType != JsonTokenType.Null)
        {
            throw Mismatch(ref reader, "an RFC 3339 time");
        }

        writer.End(start);
    }

    private static void IntOrString(ref Utf8JsonReader reader, int number, WireWriter writer)
    {
        var start = writer.Begin(number);
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value))
        {
            writer.Int(WireScalars.IntOrStringType, 0);
            writer.Int(WireScalars.IntOrStringInt, value);
            writer.Bytes(WireScalars.IntOrStringText, default);
        }
        else
        {
            writer.Int(WireScalars.IntOrStringType, 1);
            writer.Int(WireScalars.IntOrStringInt, 0);
            Text(ref reader, WireScalars.IntOrStringText, writer);
        }

        writer.End(start);
    }

    // Copies one value's JSON text as it stands.
    private static void Raw(ref Utf8JsonReader reader, WireWriter writer)
    {
        using var value = JsonDocument.ParseValue(ref reader);
        writer.Text(WireScalars.Only, value.RootElement.GetRawText());
    }

    private static void SchemaOr(ref Utf8JsonReader reader, FieldType type, int number, WireWriter writer)
    {
        var start = writer.Begin(number);
        var orBool = type.Kind == FieldKind.SchemaOrBool;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                if (orBool)
                    writer.Int(WireScalars.Allows, 1);
                Message(ref reader, orBool ? WireScalars.BoolSchema : WireScalars.ListSchema, type.Object, writer);
                break;
            case JsonTokenType.True or JsonTokenType.False when orBool:
                writer.Int(WireScalars.Allows, reader.TokenType == JsonTokenType.True ? 1 : 0);
                break;
            case JsonTokenType.StartArray when !orBool:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (type.Kind == FieldKind.SchemaOrStrings)
                        Text(ref reader, WireScalars.ListItems, writer);
                    else
                        Message(ref reader, WireScalars.ListItems, type.Object, writer);
                }

                break;
            default:
                throw Mismatch(ref reader, "a schema");
        }

        writer.End(start);
    }

    private static bool Whole(ref Utf8JsonReader reader, out long whole)
    {
        var real = reader.GetDouble();
        whole = Math.Abs(real) < 1L << 53 ? (long)real : 0;
        return whole == real;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (reader.TokenType != token)
            throw Mismatch(ref reader, token.ToString());
    }

    private static ApiException Mismatch(ref Utf8JsonReader reader, string expected) =>
        new(StatusReason.BadRequest, $"cannot encode as protobuf: expected {expected}, found {reader.TokenType} at byte {reader.TokenStartIndex}");
}
