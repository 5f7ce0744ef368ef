using System.Globalization;

namespace LiteKube.Cel;

/// <summary>Whole numbers as literals write them, in decimal or after 0x in hexadecimal.</summary>
internal static class NumberText
{
    public static bool TryInt(string text, out long value)
    {
        var negative = text.StartsWith('-');
        var digits = negative ? text.AsSpan(1) : text;
        if (!TryHex(digits, out var magnitude))
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        value = negative ? unchecked(-(long)magnitude) : (long)magnitude;
        return magnitude <= long.MaxValue || (negative && magnitude == 1UL << 63);
    }

    public static bool TryUint(string text, out ulong value) =>
        TryHex(text, out value) || ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TryHex(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        return text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
