using System.Globalization;
using System.Text;

namespace LiteKube.Cel;

/// <summary><c>'%s is %d'.format([…])</c>: the verbs s, d, f, e, b, x, X and o.</summary>
internal static class StringFormat
{
    public static CelValue Apply(string format, ListValue arguments)
    {
        var result = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }

            if (++i >= format.Length)
                return new ErrorValue("unexpected end of string");
            if (format[i] == '%')
            {
                result.Append('%');
                continue;
            }

            int? precision = null;
            if (format[i] == '.')
            {
                var start = ++i;
                while (i < format.Length && char.IsAsciiDigit(format[i]))
                    i++;
                if (i == start || i - start > 4 || i >= format.Length)
                    return new ErrorValue("could not find end of precision specifier");
                precision = int.Parse(format.AsSpan(start, i - start), CultureInfo.InvariantCulture);
                if (precision > 1000)
                    return new ErrorValue("precision is too large");
            }

            if (next >= arguments.Count)
                return new ErrorValue($"index {next} out of range");
            var error = Append(result, format[i], precision, arguments[next++]);
            if (error is not null)
                return new ErrorValue($"error during formatting: {error}");
            if (result.Length > Texts.MaxLength)
                return Texts.TooLong;
        }

        return new StringValue(result.ToString());
    }

    private static string? Append(StringBuilder result, char verb, int? precision, CelValue argument)
    {
        switch (verb)
        {
            case 's':
                return AppendText(result, argument);
            case 'd' when argument is IntValue or UintValue:
                result.Append(Conversions.Text(argument));
                return null;
            case 'd' when argument is DoubleValue { Value: var d } && !double.IsFinite(d):
                result.Append(double.IsNaN(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
                return null;
            case 'f' or 'e' when argument is IntValue or UintValue or DoubleValue:
                result.Append(Real(verb, precision ?? 6, argument));
                return null;
            case 'b' or 'x' or 'X' or 'o':
                return AppendRadix(result, verb, argument);
            case 'd' or 'f' or 'e':
                return $"{(verb == 'd' ? "decimal" : verb == 'f' ? "fixed-point" : "scientific")} clause can only be used on {(verb == 'd' ? "integers" : "doubles")}, was given {argument.Type.Name}";
            default:
                return $"unrecognized formatting clause \"{verb}\"";
        }
    }

    private static string Real(char verb, int precision, CelValue argument)
    {
        var number = argument switch { IntValue i => i.Value, UintValue u => u.Value, _ => ((DoubleValue)argument).Value };
        if (!double.IsFinite(number))
            return double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
        if (verb == 'f')
            return number.ToString("F" + precision, CultureInfo.InvariantCulture);
        return number.ToString($"{(precision == 0 ? "0" : "0." + new string('0', precision))}e+00", CultureInfo.InvariantCulture);
    }

    private static string? AppendRadix(StringBuilder result, char verb, CelValue argument)
    {
        var radix = verb switch { 'b' => 2, 'o' => 8, _ => 16 };
        string digits;
        switch (argument)
        {
            case IntValue number:
                var magnitude = number.Value < 0 ? (ulong)-(Int128)number.Value : (ulong)number.Value;
                digits = (number.Value < 0 ? "-" : "") + Digits(magnitude, radix);
                break;
            case UintValue number:
                digits = Digits(number.Value, radix);
                break;
            case BoolValue flag when verb == 'b':
                digits = flag.Value ? "1" : "0";
                break;
            case StringValue text when radix == 16:
                digits = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text.Value));
                break;
            case BytesValue bytes when radix == 16:
                digits = Convert.ToHexStringLower(bytes.Value.Span);
                break;
            default:
                return $"{verb switch { 'b' => "binary", 'o' => "octal", _ => "hex" }} clause can only be used on {(verb == 'b' ? "integers and bools" : verb == 'o' ? "integers" : "integers, byte buffers, and strings")}, was given {argument.Type.Name}";
        }

        result.Append(verb == 'X' ? digits.ToUpperInvariant() : digits);
        return null;
    }

    private static string Digits(ulong number, int radix)
    {
        if (number == 0)
            return "0";
        Span<char> digits = stackalloc char[64];
        var at = 64;
        for (; number > 0; number /= (ulong)radix)
            digits[--at] = "0123456789abcdef"[(int)(number % (ulong)radix)];
        return new string(digits[at..]);
    }

    private static string? AppendText(StringBuilder result, CelValue value)
    {
        if (result.Length > Texts.MaxLength)
            return "string is too long";
        switch (value)
        {
            case ListValue list:
                result.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    if (i > 0)
                        result.Append(", ");
                    if (AppendText(result, list[i]) is { } problem)
                        return problem;
                }

                result.Append(']');
                return null;
            case MapValue map:
                return AppendMap(result, map);
            case BytesValue bytes:
                result.Append(Encoding.UTF8.GetString(bytes.Value.Span));
                return null;
            case DoubleValue { Value: var d } when double.IsInfinity(d):
                result.Append(d > 0 ? "Infinity" : "-Infinity");
                return null;
            case OptionalValue or OpaqueValue or ErrorValue:
                return $"string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given {value.Type.Name}";
            default:
                result.Append(Conversions.Text(value));
                return null;
        }
    }

    // Maps have no order of their own, so their keys are sorted.
    private static string? AppendMap(StringBuilder result, MapValue map)
    {
        var entries = new List<(string Key, CelValue Value)>();
        foreach (var key in map.Keys)
            entries.Add((Conversions.Text(key), map.Find(key)!));
        entries.Sort(static (a, b) => CodePoints.Compare(a.Key, b.Key));
        result.Append('{');
        for (var i = 0; i < entries.Count; i++)
        {
            if (i > 0)
                result.Append(", ");
            result.Append(entries[i].Key).Append(": ");
            if (AppendText(result, entries[i].Value) is { } problem)
                return problem;
        }

        result.Append('}');
        return null;
    }
}
