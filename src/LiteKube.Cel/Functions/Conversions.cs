using System.Globalization;
using System.Text;

namespace LiteKube.Cel;

/// <summary>int(x), string(x) and so on.</summary>
internal static class Conversions
{
    private static readonly ErrorValue s_range = new("integer overflow");
    private static readonly ErrorValue s_unsignedRange = new("unsigned integer overflow");

    public static void AddTo(FunctionSet functions)
    {
        Add("bool", CelType.Bool, CelType.Bool, v => v);
        Add("bool", CelType.String, CelType.Bool, v => ToBool(((StringValue)v).Value));

        Add("int", CelType.Int, CelType.Int, v => v);
        Add("int", CelType.Uint, CelType.Int, v => ((UintValue)v).Value is var number && number > long.MaxValue ? s_range : IntValue.Of((long)number));
        Add("int", CelType.Double, CelType.Int, v => ToInt(((DoubleValue)v).Value));
        Add("int", CelType.String, CelType.Int, v => ToInt(((StringValue)v).Value));
        Add("int", CelType.Timestamp, CelType.Int, v => IntValue.Of(((TimestampValue)v).Seconds));
        Add("int", CelType.Duration, CelType.Int, v => IntValue.Of(((DurationValue)v).Nanoseconds));

        Add("uint", CelType.Uint, CelType.Uint, v => v);
        Add("uint", CelType.Int, CelType.Uint, v => ((IntValue)v).Value is var number && number < 0 ? s_unsignedRange : new UintValue((ulong)number));
        Add("uint", CelType.Double, CelType.Uint, v => ToUint(((DoubleValue)v).Value));
        Add("uint", CelType.String, CelType.Uint, v => ToUint(((StringValue)v).Value));

        Add("double", CelType.Double, CelType.Double, v => v);
        Add("double", CelType.Int, CelType.Double, v => new DoubleValue(((IntValue)v).Value));
        Add("double", CelType.Uint, CelType.Double, v => new DoubleValue(((UintValue)v).Value));
        Add("double", CelType.String, CelType.Double, v => ToDouble(((StringValue)v).Value));

        foreach (var type in new[] { CelType.String, CelType.Bool, CelType.Int, CelType.Uint, CelType.Double, CelType.Timestamp, CelType.Duration })
            Add("string", type, CelType.String, v => v is StringValue ? v : new StringValue(Text(v)));
        Add("string", CelType.Bytes, CelType.String, v => FromUtf8(((BytesValue)v).Value.Span), Costs.Traverse);

        Add("bytes", CelType.Bytes, CelType.Bytes, v => v);
        Add("bytes", CelType.String, CelType.Bytes, v => new BytesValue(Encoding.UTF8.GetBytes(((StringValue)v).Value)), Costs.Traverse);

        Add("timestamp", CelType.Timestamp, CelType.Timestamp, v => v);
        Add("timestamp", CelType.String, CelType.Timestamp, v => ToTimestamp(((StringValue)v).Value));
        Add("timestamp", CelType.Int, CelType.Timestamp, v => TimestampValue.Of(((IntValue)v).Value) ?? (CelValue)new ErrorValue("timestamp overflow"));
        Add("duration", CelType.Duration, CelType.Duration, v => v);
        Add("duration", CelType.String, CelType.Duration, v => ToDuration(((StringValue)v).Value));
        Add("duration", CelType.Int, CelType.Duration, v => new DurationValue(((IntValue)v).Value));

        void Add(string function, CelType from, CelType to, Func<CelValue, CelValue> convert, Func<CelValue[], CelValue, long>? cost = null) =>
            functions.Global(function, $"{from.Name}_to_{function}", [from], to, v => convert(v[0]), cost);
    }

    /// <summary>A scalar as <c>string(x)</c> has it; other values by their type's name.</summary>
    public static string Text(CelValue value) => value switch
    {
        StringValue text => text.Value,
        BoolValue flag => flag.Value ? "true" : "false",
        IntValue number => number.Value.ToString(CultureInfo.InvariantCulture),
        UintValue number => number.Value.ToString(CultureInfo.InvariantCulture),
        DoubleValue number => Text(number.Value),
        TimestampValue or DurationValue => value.ToString()!,
        NullValue => "null",
        TypeValue type => type.Value.Name,
        _ => value.Type.Name,
    };

    /// <summary>The shortest digits that read back as the same number, laid out as Go's %g: plain from 1e-4 to below 1e6, with an exponent elsewhere.</summary>
    public static string Text(double number)
    {
        if (double.IsNaN(number))
            return "NaN";
        if (double.IsInfinity(number))
            return number > 0 ? "+Inf" : "-Inf";
        if (number == 0)
            return double.IsNegative(number) ? "-0" : "0";
        var (digits, exponent) = Digits(Math.Abs(number).ToString("R", CultureInfo.InvariantCulture));
        var sign = number < 0 ? "-" : "";
        if (exponent is < -4 or >= 6)
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        return digits.Length <= exponent + 1
            ? sign + digits.PadRight(exponent + 1, '0')
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    // The significant digits, and the power of ten of the first of them.
    private static (string Digits, int Exponent) Digits(string text)
    {
        var power = 0;
        if (text.IndexOf('E', StringComparison.Ordinal) is >= 0 and var at)
        {
            power = int.Parse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..at];
        }

        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? text : text[..point];
        var digits = point < 0 ? text : whole + text[(point + 1)..];
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), whole.Length - 1 - leading + power);
    }

    private static CelValue ToBool(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => BoolValue.True,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => BoolValue.False,
        _ => new ErrorValue($"type conversion error from 'string' to 'bool'"),
    };

    // Both ends of the range are refused, as what stands beside them cannot be told from them.
    private static CelValue ToInt(double number) => double.IsNaN(number) || number <= long.MinValue || number >= 9.2233720368547758e18 ? s_range : IntValue.Of((long)number);

    private static CelValue ToInt(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? IntValue.Of(number) : Fault(text, "int");

    private static CelValue ToUint(double number) => double.IsNaN(number) || number < 0 || number >= 1.8446744073709552e19 ? s_unsignedRange : new UintValue((ulong)number);

    private static CelValue ToUint(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new UintValue(number) : Fault(text, "uint");

    private static CelValue ToDouble(string text)
    {
        switch (text.ToLowerInvariant())
        {
            case "nan":
                return new DoubleValue(double.NaN);
            case "inf" or "+inf" or "infinity" or "+infinity":
                return new DoubleValue(double.PositiveInfinity);
            case "-inf" or "-infinity":
                return new DoubleValue(double.NegativeInfinity);
        }

        return text.Length > 0 && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1])
            && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) ? new DoubleValue(number) : Fault(text, "double");
    }

    private static CelValue FromUtf8(ReadOnlySpan<byte> octets) => System.Text.Unicode.Utf8.IsValid(octets)
        ? new StringValue(Encoding.UTF8.GetString(octets))
        : new ErrorValue("invalid UTF-8 in bytes, cannot convert to string");

    private static CelValue ToTimestamp(string text) => TimestampValue.TryParse(text, out var time) ? time : Fault(text, "google.protobuf.Timestamp");

    private static CelValue ToDuration(string text) => DurationValue.TryParse(text, out var duration) ? duration : Fault(text, "google.protobuf.Duration");

    private static ErrorValue Fault(string text, string type) => new($"type conversion error from 'string' to '{type}': invalid value \"{(text.Length > 100 ? text[..100] : text)}\"");
}
