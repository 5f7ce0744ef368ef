using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Protobuf;

/// <summary>
/// Messages to trees.
///
/// Presence: Go writes a plain (not pointer) scalar always, so on the wire its zero value and its absence are one. Where the field is
/// optional such a zero is dropped, as Go's own JSON would drop it; where it is required it is kept. A scalar that Go holds by pointer is
/// written only when set, so there every value is kept, zero too: <c>replicas: 0</c> survives and nothing is invented. Which is which
/// stands in the schema (<see cref="FieldSchema.IsPointer"/>). Structures are kept whenever they are there; empty lists and maps have no
/// form on the wire.
/// </summary>
internal static class ProtobufDecoder
{
    public static void Decode(ReadOnlySpan<byte> message, TypeSchema type, JsonObject target, int depth) =>
        Decode(message, type.Wire, target, depth);

    /// <summary>A list of any kind: metadata and items.</summary>
    public static void DecodeList(ReadOnlySpan<byte> message, TypeSchema item, JsonObject target, int depth)
    {
        var items = new JsonArray();
        var reader = new WireReader(message);
        while (reader.Next())
        {
            if (reader.Number is not (ProtobufCodec.ListMetadata or ProtobufCodec.ListItems))
            {
                reader.Skip();
                continue;
            }

            reader.Expect(WireReader.Bytes);
            var part = new JsonObject();
            var metadata = reader.Number == ProtobufCodec.ListMetadata;
            Decode(reader.ReadBytes(), metadata ? ApiSchema.Current.Type("meta.v1.ListMeta") : item, part, depth + 1);
            if (metadata)
                target["metadata"] = part;
            else
                items.Add((JsonNode)part);
        }

        target["items"] = items;
    }

    private static void Decode(ReadOnlySpan<byte> message, WireLayout layout, JsonObject target, int depth)
    {
        if (depth > JsonTree.MaxDepth)
            throw WireReader.Bad("nested too deeply");
        var reader = new WireReader(message);
        while (reader.Next())
        {
            var (field, embedded) = layout[reader.Number];
            if (embedded is not null)
            {
                reader.Expect(WireReader.Bytes);
                Decode(reader.ReadBytes(), embedded, target, depth + 1);
            }
            else if (field is null)
            {
                reader.Skip();
            }
            else
            {
                Field(ref reader, field, target, depth);
            }
        }
    }

    private static void Field(ref WireReader reader, FieldSchema field, JsonObject target, int depth)
    {
        switch (field.Type.Kind)
        {
            case FieldKind.List:
                if (!target.TryGetPropertyValue(field.Name, out var list))
                    target[field.Name] = list = new JsonArray();
                Items(ref reader, field.Type.Element!, (JsonArray)list!, depth);
                break;
            case FieldKind.Map:
                reader.Expect(WireReader.Bytes);
                Entry(reader.ReadBytes(), field.Type.Element!, target.ObjectOrNew(field.Name), depth);
                break;
            case FieldKind.Object:
                // A message sent in parts is one message.
                reader.Expect(WireReader.Bytes);
                Decode(reader.ReadBytes(), field.Type.Object.Wire, target.ObjectOrNew(field.Name), depth + 1);
                break;
            default:
                var value = Value(ref reader, field.Type, depth);
                if (value is null || !field.IsPointer && !field.Required && IsZero(value))
                    target.Remove(field.Name);
                else
                    target[field.Name] = value;
                break;
        }
    }

    private static void Items(ref WireReader reader, FieldType element, JsonArray list, int depth)
    {
        if (reader.WireType == WireReader.Bytes && element.Kind is FieldKind.Int32 or FieldKind.Int64 or FieldKind.Bool)
        {
            var packed = new WireReader(reader.ReadBytes());
            while (!packed.AtEnd)
                list.Add((JsonNode)Number(packed.ReadVarint(), element.Kind));
            return;
        }

        list.Add(Value(ref reader, element, depth));
    }

    private static void Entry(ReadOnlySpan<byte> entry, FieldType element, JsonObject map, int depth)
    {
        const int key = 1, value = 2;
        var name = "";
        var found = false;
        JsonNode? node = null;
        var reader = new WireReader(entry);
        while (reader.Next())
        {
            if (reader.Number == key)
            {
                name = WireScalars.Text(ref reader);
            }
            else if (reader.Number == value)
            {
                node = element.Kind == FieldKind.List ? ItemsMessage(ref reader, element.Element!, depth) : Value(ref reader, element, depth);
                found = true;
            }
            else
            {
                reader.Skip();
            }
        }

        map[name] = found ? node : Zero(element.Kind);
    }

    // A list that is the value of a map is a message with items.
    private static JsonArray ItemsMessage(ref WireReader reader, FieldType element, int depth)
    {
        reader.Expect(WireReader.Bytes);
        var list = new JsonArray();
        var inner = new WireReader(reader.ReadBytes());
        while (inner.Next())
        {
            if (inner.Number == WireScalars.Only)
                Items(ref inner, element, list, depth + 1);
            else
                inner.Skip();
        }

        return list;
    }

    private static JsonNode? Value(ref WireReader reader, FieldType type, int depth)
    {
        switch (type.Kind)
        {
            case FieldKind.String:
                return JsonValue.Create(WireScalars.Text(ref reader));
            case FieldKind.Int32:
            case FieldKind.Int64:
            case FieldKind.Bool:
                reader.Expect(WireReader.Varint);
                return Number(reader.ReadVarint(), type.Kind);
            case FieldKind.Double:
                reader.Expect(WireReader.Fixed64);
                var real = BitConverter.UInt64BitsToDouble(reader.ReadFixed64());
                return double.IsFinite(real) ? JsonValue.Create(real) : throw WireReader.Bad("a number is not finite");
        }

        reader.Expect(WireReader.Bytes);
        var bytes = reader.ReadBytes();
        switch (type.Kind)
        {
            case FieldKind.Bytes:
                return JsonValue.Create(Convert.ToBase64String(bytes));
            case FieldKind.Time:
            case FieldKind.MicroTime:
                return WireScalars.Time(bytes, type.Kind);
            case FieldKind.Quantity:
                return WireScalars.Quantity(bytes);
            case FieldKind.IntOrString:
                return WireScalars.IntOrString(bytes);
            case FieldKind.Fields:
            case FieldKind.Raw:
            case FieldKind.Any:
                return Embedded(WireScalars.OnlyBytes(bytes), depth + 1);
            case FieldKind.SchemaOrBool:
            case FieldKind.SchemaOrArray:
            case FieldKind.SchemaOrStrings:
                return SchemaOr(bytes, type, depth + 1);
            case FieldKind.Object:
                var result = new JsonObject();
                Decode(bytes, type.Object.Wire, result, depth + 1);
                return result;
            default:
                throw new InvalidOperationException($"{type.Kind} has no form on the wire");
        }
    }

    // Any JSON, or an object in its own envelope.
    private static JsonNode? Embedded(ReadOnlySpan<byte> raw, int depth)
    {
        if (raw.IsEmpty)
            return null;
        return raw.StartsWith(ProtobufEnvelope.Magic) ? ProtobufCodec.Decode(raw, null, depth + 1) : JsonTree.ParseAny(raw, out _);
    }

    private static JsonNode? SchemaOr(ReadOnlySpan<byte> message, FieldType type, int depth)
    {
        var orBool = type.Kind == FieldKind.SchemaOrBool;
        var schemaNumber = orBool ? WireScalars.BoolSchema : WireScalars.ListSchema;
        var allows = false;
        JsonObject? schema = null;
        JsonArray? list = null;
        var reader = new WireReader(message);
        while (reader.Next())
        {
            if (reader.Number == schemaNumber)
            {
                reader.Expect(WireReader.Bytes);
                Decode(reader.ReadBytes(), type.Object.Wire, schema ??= new JsonObject(), depth);
            }
            else if (orBool && reader.Number == WireScalars.Allows)
            {
                reader.Expect(WireReader.Varint);
                allows = reader.ReadVarint() != 0;
            }
            else if (!orBool && reader.Number == WireScalars.ListItems)
            {
                list ??= [];
                if (type.Kind == FieldKind.SchemaOrStrings)
                {
                    list.Add((JsonNode)JsonValue.Create(WireScalars.Text(ref reader)));
                    continue;
                }

                reader.Expect(WireReader.Bytes);
                var item = new JsonObject();
                Decode(reader.ReadBytes(), type.Object.Wire, item, depth);
                list.Add((JsonNode)item);
            }
            else
            {
                reader.Skip();
            }
        }

        return schema is not null ? schema : orBool ? JsonValue.Create(allows) : list;
    }

    private static JsonValue Number(ulong wire, FieldKind kind) => kind switch
    {
        FieldKind.Int32 => JsonValue.Create((long)(int)wire),
        FieldKind.Int64 => JsonValue.Create((long)wire),
        _ => JsonValue.Create(wire != 0),
    };

    private static bool IsZero(JsonNode value)
    {
        var scalar = value as JsonValue;
        if (scalar is null)
            return false;
        if (scalar.TryGetValue(out string? text))
            return text.Length == 0;
        if (scalar.TryGetValue(out bool flag))
            return !flag;
        return scalar.TryGetValue(out long number) ? number == 0 : scalar.TryGetValue(out double real) && real == 0;
    }

    private static JsonNode? Zero(FieldKind kind) => kind switch
    {
        FieldKind.String or FieldKind.Bytes => JsonValue.Create(""),
        FieldKind.Quantity => JsonValue.Create("0"),
        FieldKind.Object => new JsonObject(),
        FieldKind.List => new JsonArray(),
        FieldKind.Int32 or FieldKind.Int64 => JsonValue.Create(0L),
        FieldKind.Bool => JsonValue.Create(false),
        _ => null,
    };
}
