using System.Globalization;

namespace LiteKube.Cel;

/// <summary>A span of time in nanoseconds; about 292 years at most.</summary>
public sealed class DurationValue(long nanoseconds) : CelValue
{
    internal const long PerSecond = 1_000_000_000;

    private static readonly (string Unit, long Nanoseconds)[] s_units =
    [
        ("ns", 1), ("us", 1000), ("µs", 1000), ("μs", 1000), ("ms", 1_000_000), ("h", 3600 * PerSecond), ("m", 60 * PerSecond), ("s", PerSecond),
    ];

    public long Nanoseconds { get; } = nanoseconds;

    public override CelKind Kind => CelKind.Duration;

    /// <summary>As Go writes durations: <c>1h30m</c>, <c>-1.5s</c>, <c>0</c>.</summary>
    public static bool TryParse(string text, out DurationValue value)
    {
        value = null!;
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (rest.Length > 0 && rest[0] is '-' or '+')
            rest = rest[1..];
        if (rest is "0")
        {
            value = new DurationValue(0);
            return true;
        }

        if (rest.Length is 0 or > 200)
            return false;
        Int128 total = 0;
        while (rest.Length > 0)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
                digits++;
            if (!TryAmount(rest[..digits], out var amount, out var scale))
                return false;
            rest = rest[digits..];
            var length = 0;
            while (length < rest.Length && rest[length] != '.' && !char.IsAsciiDigit(rest[length]))
                length++;
            var unit = UnitOf(rest[..length]);
            if (unit == 0)
                return false;
            rest = rest[length..];
            total += amount * unit / scale;
            if (total > (Int128)long.MaxValue + 1)
                return false;
        }

        if (negative)
            total = -total;
        if (total > long.MaxValue)
            return false;
        value = new DurationValue((long)total);
        return true;
    }

    // A decimal number as amount over scale; digits that a nanosecond cannot show are dropped.
    private static bool TryAmount(ReadOnlySpan<char> text, out Int128 amount, out Int128 scale)
    {
        amount = 0;
        scale = 1;
        var digits = 0;
        var point = false;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (point)
                    return false;
                point = true;
                continue;
            }

            digits++;
            if (!point)
            {
                amount = amount * 10 + (c - '0');
                if (amount > long.MaxValue)
                    return false;
            }
            else if (scale < 1_000_000_000_000_000)
            {
                amount = amount * 10 + (c - '0');
                scale *= 10;
            }
        }

        return digits > 0;
    }

    private static long UnitOf(ReadOnlySpan<char> text)
    {
        foreach (var (unit, nanoseconds) in s_units)
        {
            if (text.SequenceEqual(unit))
                return nanoseconds;
        }

        return 0;
    }

    /// <summary>In seconds: <c>5400s</c>, <c>0.5s</c>.</summary>
    public override string ToString()
    {
        var (seconds, rest) = Math.DivRem(Nanoseconds, PerSecond);
        var text = Math.Abs((decimal)seconds).ToString(CultureInfo.InvariantCulture);
        if (rest != 0)
            text += "." + Math.Abs(rest).ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return (Nanoseconds < 0 ? "-" : "") + text + "s";
    }
}
