using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LiteKube.Api.Codecs;

/// <summary>
/// What a scalar stands for. Kubernetes reads YAML 1.1: of plain scalars <c>yes</c>, <c>no</c>, <c>on</c>, <c>off</c>, <c>y</c> and <c>n</c> are
/// bools, <c>0x1F</c>, <c>0b1</c> and <c>017</c> are numbers, underscores in numbers don't count, and dates are strings. Quoted ones are strings.
/// </summary>
internal static class YamlScalar
{
    private const string Tag = "tag:yaml.org,2002:";

    public static JsonNode? Resolve(Scalar scalar)
    {
        var text = scalar.Value;
        var tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        if (tag is "!" or Tag + "str" || tag.Length == 0 && scalar.Style != ScalarStyle.Plain)
            return JsonValue.Create(text);
        if (tag == Tag + "binary")
            return JsonValue.Create(string.Concat(text.Where(c => !char.IsWhiteSpace(c))));
        var value = Plain(text);
        if (tag == Tag + "float" && value.AsLong() is { } whole)
            return JsonValue.Create((double)whole);
        return value;
    }

    public static string Key(JsonNode? key) => key switch
    {
        null => "null",
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => key.ToJsonString(),
    };

    private static JsonNode? Plain(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y":
                return JsonValue.Create(true);
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N":
                return JsonValue.Create(false);
        }

        if (!char.IsAsciiDigit(text[0]) && text[0] is not ('+' or '-' or '.'))
            return JsonValue.Create(text);
        var plain = text.Contains('_') ? text.Replace("_", "") : text;
        if (Integer(plain) is { } integer)
            return JsonValue.Create(integer);
        if (IsFloat(plain) && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real))
            return JsonValue.Create(real);
        return JsonValue.Create(text);
    }

    private static long? Integer(ReadOnlySpan<char> text)
    {
        var negative = text is ['-', ..];
        var digits = text is ['-' or '+', ..] ? text[1..] : text;
        ulong magnitude;
        if (digits is ['0', 'x' or 'X', ..])
        {
            if (!ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out magnitude))
                return null;
        }
        else if (digits is ['0', 'b' or 'B', ..])
        {
            if (!ulong.TryParse(digits[2..], NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out magnitude))
                return null;
        }
        else if (digits is ['0', 'o' or 'O', ..] || digits is ['0', _, ..])
        {
            if (!Octal(digits[1] is 'o' or 'O' ? digits[2..] : digits[1..], out magnitude))
                return null;
        }
        else if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out magnitude))
        {
            return null;
        }

        if (magnitude > long.MaxValue)
            return negative && magnitude == 1UL << 63 ? long.MinValue : null;
        return negative ? -(long)magnitude : (long)magnitude;
    }

    private static bool Octal(ReadOnlySpan<char> digits, out ulong value)
    {
        value = 0;
        foreach (var c in digits)
        {
            if (c is < '0' or > '7' || value >> 61 != 0)
                return false;
            value = value << 3 | (uint)(c - '0');
        }

        return digits.Length > 0;
    }

    // [-+]?(.digits | digits[.digits])([eE][-+]?digits)?
    private static bool IsFloat(ReadOnlySpan<char> text)
    {
        if (text is ['-' or '+', ..])
            text = text[1..];
        var whole = Digits(ref text);
        var fraction = 0;
        if (text is ['.', ..])
        {
            text = text[1..];
            fraction = Digits(ref text);
        }

        if (whole + fraction == 0)
            return false;
        if (text is ['e' or 'E', ..])
        {
            text = text[1..];
            if (text is ['-' or '+', ..])
                text = text[1..];
            if (Digits(ref text) == 0)
                return false;
        }

        return text.IsEmpty;
    }

    private static int Digits(ref ReadOnlySpan<char> text)
    {
        var count = 0;
        while (count < text.Length && char.IsAsciiDigit(text[count]))
            count++;
        text = text[count..];
        return count;
    }
}
