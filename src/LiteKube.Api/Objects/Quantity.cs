using System.Globalization;

namespace LiteKube.Api;

/// <summary>
/// An amount with an SI suffix, as in <c>500m</c>, <c>1Gi</c> or <c>1e3</c>, printed in canonical form: the largest suffix that leaves no fraction.
/// Values finer than nano are rounded away from zero, those beyond 64 bits are cut to what fits. (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/)
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

    private const decimal NanosPerUnit = 1e9m;
    private const int MaxExponent = 28;

    private static readonly decimal s_max = long.MaxValue;
    private static readonly decimal s_nano = 1e-9m;

    private readonly decimal _value;
    private readonly Format _format;

    private Quantity(decimal value, Format format)
    {
        _value = value;
        _format = format;
    }

    public static Quantity Zero => default;

    /// <summary>The amount rounded to a whole number, away from zero.</summary>
    public long Value => Saturate(AwayFromZero(_value));

    /// <summary>The amount in thousandths, rounded away from zero.</summary>
    public long MilliValue => Saturate(AwayFromZero(_value * 1000));

    /// <summary>The amount with nothing finer than a thousandth, rounded away from zero: all that lists of resources keep.</summary>
    public Quantity RoundedToMilli => new(AwayFromZero(_value * 1000) / 1000, _format);

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
        var format = Format.DecimalSi;
        try
        {
            if (suffix.Length > 1 && suffix[0] is 'e' or 'E' && int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent))
            {
                number = number == 0 ? 0 : exponent > MaxExponent ? Math.Sign(number) * s_max : exponent < -MaxExponent ? Math.Sign(number) * s_nano : Scale(number, exponent);
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
            number = number < 0 ? -s_max : s_max;
        }

        number = Math.Clamp(number, -s_max, s_max);
        number = AwayFromZero(number * NanosPerUnit) / NanosPerUnit;
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

    private static decimal AwayFromZero(decimal value) => value < 0 ? Math.Floor(value) : Math.Ceiling(value);

    private static long Saturate(decimal value) => value >= long.MaxValue ? long.MaxValue : value <= long.MinValue ? long.MinValue : (long)value;
}
