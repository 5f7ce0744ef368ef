using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Protobuf;

/// <summary>Values that are one scalar in JSON: the numbers of the small messages that some of them are on the wire, and their reading.</summary>
internal static class WireScalars
{
    /// <summary>metav1.Time and MicroTime.</summary>
    public const int Seconds = 1;
    public const int Nanos = 2;

    /// <summary>Quantity's string, RawExtension's, FieldsV1's and JSON's raw, Duration's nanoseconds, the items of a list type of its own.</summary>
    public const int Only = 1;

    /// <summary>IntOrString: which it is (1: a string), then the one or the other.</summary>
    public const int IntOrStringType = 1;
    public const int IntOrStringInt = 2;
    public const int IntOrStringText = 3;

    /// <summary>JSONSchemaPropsOrBool: the bool, then the schema.</summary>
    public const int Allows = 1;
    public const int BoolSchema = 2;

    /// <summary>JSONSchemaPropsOrArray and …OrStringArray: the schema, then the list.</summary>
    public const int ListSchema = 1;
    public const int ListItems = 2;

    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    public static string Text(ref WireReader reader)
    {
        reader.Expect(WireReader.Bytes);
        try
        {
            return s_strict.GetString(reader.ReadBytes());
        }
        catch (DecoderFallbackException)
        {
            throw WireReader.Bad("a string is not valid UTF-8");
        }
    }

    /// <summary>The JSON text of a time; null for the zero time, which is an empty message.</summary>
    public static JsonNode? Time(ReadOnlySpan<byte> message, FieldKind kind)
    {
        if (message.IsEmpty)
            return null;
        long seconds = 0, nanos = 0;
        var reader = new WireReader(message);
        while (reader.Next())
        {
            if (reader.Number is not (Seconds or Nanos))
            {
                reader.Skip();
                continue;
            }

            reader.Expect(WireReader.Varint);
            if (reader.Number == Seconds)
                seconds = (long)reader.ReadVarint();
            else
                nanos = (int)reader.ReadVarint();
        }

        // 0001-01-01 to 9999-12-31, which is also what JSON's form can say.
        if (seconds is < -62135596800 or > 253402300799 || nanos is < 0 or > 999_999_999)
            throw WireReader.Bad("a time is out of range");
        var time = DateTime.UnixEpoch.AddTicks(seconds * TimeSpan.TicksPerSecond + nanos / 100);
        return JsonValue.Create(kind == FieldKind.MicroTime ? JsonOut.MicroTimeText(time) : JsonOut.TimeText(time));
    }

    public static JsonNode IntOrString(ReadOnlySpan<byte> message)
    {
        long type = 0, number = 0;
        var text = "";
        var reader = new WireReader(message);
        while (reader.Next())
        {
            switch (reader.Number)
            {
                case IntOrStringType:
                    reader.Expect(WireReader.Varint);
                    type = (long)reader.ReadVarint();
                    break;
                case IntOrStringInt:
                    reader.Expect(WireReader.Varint);
                    number = (int)reader.ReadVarint();
                    break;
                case IntOrStringText:
                    text = Text(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return type switch
        {
            0 => JsonValue.Create(number),
            1 => JsonValue.Create(text),
            _ => throw WireReader.Bad("an IntOrString is neither"),
        };
    }

    /// <summary>The only field of a message that holds one string or bytes.</summary>
    public static ReadOnlySpan<byte> OnlyBytes(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> result = default;
        var reader = new WireReader(message);
        while (reader.Next())
        {
            if (reader.Number == Only)
            {
                reader.Expect(WireReader.Bytes);
                result = reader.ReadBytes();
            }
            else
            {
                reader.Skip();
            }
        }

        return result;
    }

    /// <summary>The only field of a message that holds one string; "0" is what an absent quantity stands for.</summary>
    public static JsonNode Quantity(ReadOnlySpan<byte> message)
    {
        var text = OnlyBytes(message);
        return JsonValue.Create(text.IsEmpty ? "0" : Encoding.UTF8.GetString(text));
    }
}
