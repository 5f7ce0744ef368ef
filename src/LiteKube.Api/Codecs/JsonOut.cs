using System.Globalization;
using System.Text.Json;

namespace LiteKube.Api.Codecs;

/// <summary>What generated writers call.</summary>
public static class JsonOut
{
    public static void Double(Utf8JsonWriter writer, double value) => writer.WriteNumberValue(value);

    public static void Bytes(Utf8JsonWriter writer, byte[] value) => writer.WriteBase64StringValue(value);

    /// <summary>RFC 3339 with whole seconds, in UTC, as metav1.Time.</summary>
    public static void Time(Utf8JsonWriter writer, DateTimeOffset value) => writer.WriteStringValue(TimeText(value));

    /// <summary>RFC 3339 with six decimals, in UTC, as metav1.MicroTime.</summary>
    public static void MicroTime(Utf8JsonWriter writer, DateTimeOffset value) => writer.WriteStringValue(MicroTimeText(value));

    public static string TimeText(DateTimeOffset value) => value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string MicroTimeText(DateTimeOffset value) => value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static void QuantityValue(Utf8JsonWriter writer, Quantity value) => writer.WriteStringValue(value.ToString());

    public static void IntOrStringValue(Utf8JsonWriter writer, IntOrString value)
    {
        if (value.IsInt)
            writer.WriteNumberValue(value.Int);
        else
            writer.WriteStringValue(value.String);
    }

    public static void Any(Utf8JsonWriter writer, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
            writer.WriteNullValue();
        else
            value.WriteTo(writer);
    }

    /// <summary>Writes an optional part (metadata, spec, status) only where something is set in it.</summary>
    public static void WriteIfAny<T>(Utf8JsonWriter writer, ReadOnlySpan<byte> name, T value) where T : class, IJsonType<T>
    {
        var bytes = JsonText.Bytes(value);
        if (bytes.Length <= 2)
            return;
        writer.WritePropertyName(name);
        writer.WriteRawValue(bytes, skipInputValidation: true);
    }
}
