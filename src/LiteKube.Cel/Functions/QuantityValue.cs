using System.Globalization;

namespace LiteKube.Cel;

/// <summary>
/// A resource quantity by value. Finer than nano is rounded away from zero and beyond 64 bits cut, so that every parsed quantity is an exact decimal.
/// </summary>
internal sealed class QuantityValue(decimal amount) : OpaqueValue(QuantityType)
{
    public static readonly CelType QuantityType = CelType.Opaque("kubernetes.Quantity");

    private const int MaxExponent = 28;
    private const string Decimal = "num kMGTPE";
    private const string Binary = "KMGTPE";

    public decimal Amount => amount;

    protected internal override bool EqualTo(OpaqueValue other) => other is QuantityValue quantity && quantity.Amount == amount;

    /// <summary>Null for a text that is no quantity.</summary>
    public static QuantityValue? Parse(string text)
    {
        var end = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        var digits = end;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
            end++;
        if (end == digits || !decimal.TryParse(text.AsSpan(0, end), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return null;
        var suffix = text[end..];
        try
        {
            if (suffix.Length == 0)
            {
            }
            else if (suffix.Length == 2 && suffix[1] == 'i' && Binary.IndexOf(suffix[0], StringComparison.Ordinal) is >= 0 and var power)
            {
                for (var i = 0; i <= power; i++)
                    number *= 1024;
            }
            else if (suffix.Length == 1 && suffix[0] != ' ' && Decimal.IndexOf(suffix[0], StringComparison.Ordinal) is >= 0 and var place)
            {
                number = Scale(number, (place - 3) * 3);
            }
            else if (suffix[0] is 'e' or 'E' && suffix.Length > 1 && int.TryParse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent))
            {
                number = number == 0 ? 0 : Scale(number, Math.Clamp(exponent, -MaxExponent, MaxExponent));
            }
            else
            {
                return null;
            }
        }
        catch (OverflowException)
        {
            number = decimal.Sign(number) * (decimal)long.MaxValue;
        }

        number = Math.Clamp(number, -long.MaxValue, long.MaxValue) * 1_000_000_000m;
        number = (number < 0 ? decimal.Floor(number) : decimal.Ceiling(number)) / 1_000_000_000m;
        return new QuantityValue(number);
    }

    private static decimal Scale(decimal number, int exponent)
    {
        for (; exponent > 0; exponent--)
            number *= 10;
        // What is lost below 28 digits was to be rounded away from zero.
        for (; exponent < 0; exponent++)
            number = number / 10 == 0 && number != 0 ? decimal.Sign(number) * 1e-10m : number / 10;
        return number;
    }
}
