using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LiteKube.Cel;

/// <summary>Between documents and values.</summary>
internal static class JsonValues
{
    public static CelValue Of(JsonNode? node, CelType type) => node switch
    {
        null => NullValue.Instance,
        JsonObject members => type.Kind switch
        {
            CelKind.Object when type.Object is not null => new JsonObjectValue(members, type),
            CelKind.Map => new JsonMap(members, type.Parameters[1]),
            CelKind.Dyn => new JsonMap(members, CelType.Dyn),
            _ => Mismatch("object", type),
        },
        JsonArray items => type.Kind switch
        {
            CelKind.List => new JsonList(items, type),
            CelKind.Dyn => new JsonList(items, RuntimeTypes.List),
            _ => Mismatch("array", type),
        },
        _ => Scalar((JsonValue)node, type),
    };

    private static CelValue Scalar(JsonValue node, CelType type)
    {
        switch (node.GetValueKind())
        {
            case JsonValueKind.True:
                return type.Kind is CelKind.Bool or CelKind.Dyn ? BoolValue.True : Mismatch("boolean", type);
            case JsonValueKind.False:
                return type.Kind is CelKind.Bool or CelKind.Dyn ? BoolValue.False : Mismatch("boolean", type);
            case JsonValueKind.String:
                return Text(node.GetValue<string>(), type);
            case JsonValueKind.Number:
                return Number(node, type);
            default:
                return NullValue.Instance;
        }
    }

    private static CelValue Text(string text, CelType type)
    {
        switch (type.Kind)
        {
            case CelKind.String or CelKind.Dyn:
                return new StringValue(text);
            case CelKind.Timestamp:
                return TimestampValue.TryParseDate(text, out var time) ? time : new ErrorValue($"Invalid date-time or date format: {text}");
            case CelKind.Duration:
                return DurationValue.TryParse(text, out var duration) ? duration : new ErrorValue($"Invalid duration format: {text}");
            case CelKind.Bytes:
                var buffer = new byte[text.Length];
                return Convert.TryFromBase64String(text, buffer, out var length)
                    ? new BytesValue(buffer.AsMemory(0, length))
                    : new ErrorValue("Invalid byte format: not base64");
            default:
                return Mismatch("string", type);
        }
    }

    private static CelValue Number(JsonValue node, CelType type)
    {
        if (type.Kind is CelKind.Int or CelKind.Dyn && node.TryGetValue<long>(out var whole))
            return IntValue.Of(whole);
        if (type.Kind is CelKind.Int or CelKind.Dyn && node.TryGetValue<int>(out var small))
            return IntValue.Of(small);
        if (type.Kind is not (CelKind.Int or CelKind.Double or CelKind.Dyn))
            return Mismatch("number", type);
        var text = node.ToJsonString();
        if (type.Kind is not CelKind.Double && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole))
            return IntValue.Of(whole);
        var real = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        // A field of type integer may be written 1.0 or 1e3.
        return type.Kind == CelKind.Int && real == Math.Floor(real) && Math.Abs(real) < 9.2e18 ? IntValue.Of((long)real)
            : type.Kind == CelKind.Int ? Mismatch("number", type)
            : new DoubleValue(real);
    }

    private static ErrorValue Mismatch(string found, CelType type) => new($"invalid data, expected {type}, found {found}");

    public static JsonNode? Write(CelValue value, out string? problem)
    {
        problem = null;
        switch (value)
        {
            case NullValue:
                return null;
            case BoolValue flag:
                return JsonValue.Create(flag.Value);
            case IntValue number:
                return JsonValue.Create(number.Value);
            case UintValue number:
                return JsonValue.Create(number.Value);
            case DoubleValue number when double.IsFinite(number.Value):
                return JsonValue.Create(number.Value);
            case StringValue text:
                return JsonValue.Create(text.Value);
            case BytesValue bytes:
                return JsonValue.Create(Convert.ToBase64String(bytes.Value.Span));
            case TimestampValue or DurationValue:
                return JsonValue.Create(value.ToString());
            case JsonObjectValue document:
                return document.Node.DeepClone();
            case JsonMap document:
                return document.Node.DeepClone();
            case JsonList document:
                return document.Node.DeepClone();
            case ListValue list:
                return List(list, out problem);
            case ConstructedObject made:
                return Members(made.Fields, out problem);
            case MapValue map:
                return Map(map, out problem);
            case OptionalValue { Value: { } inner }:
                return Write(inner, out problem);
            case ErrorValue error:
                problem = error.Message;
                return null;
            default:
                problem = $"type conversion error from '{value.Type.Name}' to JSON";
                return null;
        }
    }

    private static JsonArray? List(ListValue list, out string? problem)
    {
        var result = new JsonArray();
        for (var i = 0; i < list.Count; i++)
        {
            JsonNode? item = Write(list[i], out problem);
            if (problem is not null)
                return null;
            result.Add(item);
        }

        problem = null;
        return result;
    }

    private static JsonObject? Map(MapValue map, out string? problem)
    {
        if (map.Keys.FirstOrDefault(k => k is not StringValue) is { } key)
        {
            problem = $"type conversion error from '{key.Type.Name}' to 'string'";
            return null;
        }

        return Members(map.Keys.Select(k => (((StringValue)k).Value, map.Find(k)!)), out problem);
    }

    private static JsonObject? Members(IEnumerable<(string Name, CelValue Value)> members, out string? problem)
    {
        var result = new JsonObject();
        foreach (var (name, value) in members)
        {
            JsonNode? member = Write(value, out problem);
            if (problem is not null)
                return null;
            result[name] = member;
        }

        problem = null;
        return result;
    }
}
