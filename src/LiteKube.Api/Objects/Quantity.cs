using System.Globalization;

namespace LiteKube.Api;

/// <summary>
/// An amount with an SI suffix, as in <c>500m</c>, <c>1Gi</c> or <c>1e3</c>, printed in canonical form: the largest suffix that leaves no fraction.
/// Values finer than nano are rounded up. (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/)
/// </summary>
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    private enum Format : byte
    {
        DecimalSi,
        BinarySi,
        DecimalExponent,
    }

    private static readonly string[] s_binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    private static readonly (string Suffix, int Exponent)[] s_decimal = [("E", 18), ("P", 15), ("T", 12), ("G", 9), ("M", 6), ("k", 3), ("", 0), ("m", -3), ("u", -6), ("n", -9)];

    private readonly decimal _value;
    private readonly Format _format;

    private Quantity(decimal value, Format format)
    {
        _value = value;
        _format = format;
    }

    public static Quantity Zero => default;

    /// <summary>The amount rounded up to a whole number.</summary>
    public long Value => Saturate(Math.Ceiling(_value));

    /// <summary>The amount in thousandths, rounded up.</summary>
    public long MilliValue => Saturate(Math.Ceiling(_value > decimal.MaxValue / 1000 ? _value : _value * 1000));

    public bool IsZero => _value == 0;

    public static Quantity FromValue(long value) => new(value, Format.DecimalSi);

    public static Quantity FromMilli(long value) => new(value / 1000m, Format.DecimalSi);

    public static Quantity FromBytes(long value) => new(value, Format.BinarySi);

    public static Quantity Parse(string text) => TryParse(text, out var result) ? result
        : throw new FormatException("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");

    public static bool TryParse(string? text, out Quantity result)
    {
        result = default;
        if (string.IsNullOrEmpty(text))
            return false;
        var end = 0;
        if (text[0] is '+' or '-')
            end++;
        var digits = end;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
            end++;
        if (end == digits || !decimal.TryParse(text.AsSpan(0, end), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return false;
        var suffix = text.AsSpan(end);
        Format format;
        try
        {
            if (suffix.Length > 1 && suffix[0] is 'e' or 'E' && int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent))
            {
                if (exponent is > 28 or < -28)
                    return false;
                number = Scale(number, exponent);
                format = Format.DecimalExponent;
            }
            else if (suffix.Length == 2 && IndexOfBinary(suffix) is > 0 and var power)
            {
                for (var i = 0; i < power; i++)
                    number *= 1024;
                format = Format.BinarySi;
            }
            else if (IndexOfDecimal(suffix) is >= 0 and var index)
            {
                number = Scale(number, s_decimal[index].Exponent);
                format = Format.DecimalSi;
            }
            else
            {
                return false;
            }
        }
        catch (OverflowException)
        {
            return false;
        }

        // Nothing finer than nano is kept.
        if (Math.Abs(number) < 1e18m && number * 1e9m is var nano && nano != decimal.Truncate(nano))
            number = Math.Ceiling(nano) / 1e9m;
        result = new Quantity(number, format);
        return true;
    }

    public static Quantity operator +(Quantity left, Quantity right) => new(left._value + right._value, left.IsZero ? right._format : left._format);

    public static Quantity operator -(Quantity left, Quantity right) => new(left._value - right._value, left.IsZero ? right._format : left._format);

    public static bool operator <(Quantity left, Quantity right) => left._value < right._value;

    public static bool operator >(Quantity left, Quantity right) => left._value > right._value;

    public static bool operator <=(Quantity left, Quantity right) => left._value <= right._value;

    public static bool operator >=(Quantity left, Quantity right) => left._value >= right._value;

    public static bool operator ==(Quantity left, Quantity right) => left._value == right._value;

    public static bool operator !=(Quantity left, Quantity right) => left._value != right._value;

    public bool Equals(Quantity other) => _value == other._value;

    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    public override int GetHashCode() => _value.GetHashCode();

    public int CompareTo(Quantity other) => _value.CompareTo(other._value);

    public override string ToString()
    {
        if (_value == 0)
            return "0";
        var format = _format;
        if (format == Format.BinarySi)
        {
            // A binary amount below 1024, or with a fraction, prints as a decimal one.
            if (Math.Abs(_value) < 1024 || _value != decimal.Truncate(_value))
            {
                format = Format.DecimalSi;
            }
            else
            {
                var number = _value;
                var power = 0;
                while (power < s_binary.Length - 1 && number % 1024 == 0)
                {
                    number /= 1024;
                    power++;
                }

                return number.ToString("0", CultureInfo.InvariantCulture) + s_binary[power];
            }
        }

        foreach (var (suffix, exponent) in s_decimal)
        {
            var number = Scale(_value, -exponent);
            if (number != decimal.Truncate(number))
                continue;
            var text = number.ToString("0", CultureInfo.InvariantCulture);
            return format == Format.DecimalExponent && exponent != 0 ? $"{text}e{exponent}" : text + suffix;
        }

        throw new InvalidOperationException("a quantity finer than nano");
    }

    private static decimal Scale(decimal value, int exponent)
    {
        for (; exponent > 0; exponent--)
            value *= 10;
        for (; exponent < 0; exponent++)
            value /= 10;
        return value;
    }

    private static int IndexOfBinary(ReadOnlySpan<char> suffix)
    {
        for (var i = 1; i < s_binary.Length; i++)
            if (suffix.SequenceEqual(s_binary[i]))
                return i;
        return -1;
    }

    private static int IndexOfDecimal(ReadOnlySpan<char> suffix)
    {
        for (var i = 0; i < s_decimal.Length; i++)
            if (suffix.SequenceEqual(s_decimal[i].Suffix))
                return i;
        return -1;
    }

    private static long Saturate(decimal value) => value >= long.MaxValue ? long.MaxValue : value <= long.MinValue ? long.MinValue : (long)value;
}
