using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace LiteKube.Api.CustomResources;

/// <summary>The string formats that Kubernetes checks; others say nothing.</summary>
internal static partial class SchemaFormats
{
    private static readonly FrozenDictionary<string, Func<string, bool>> s_checks = new Dictionary<string, Func<string, bool>>(StringComparer.Ordinal)
    {
        ["byte"] = text => text.Length == 0 || System.Buffers.Text.Base64.IsValid(text),
        ["password"] = _ => true,
        ["date"] = text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        ["date-time"] = IsDateTime,
        ["duration"] = text => Duration().IsMatch(text),
        ["email"] = text => Email().IsMatch(text),
        ["hostname"] = text => text.Length is > 0 and <= 255 && Hostname().IsMatch(text),
        ["uri"] = text => Uri.TryCreate(text, UriKind.Absolute, out _) || text.StartsWith('/'),
        ["ipv4"] = text => IPAddress.TryParse(text, out var ip) && ip.AddressFamily == AddressFamily.InterNetwork && ip.ToString() == text,
        ["ipv6"] = text => IPAddress.TryParse(text, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 && !text.Contains('%') && !text.Contains('['),
        ["cidr"] = text => Validation.Rules.FieldRules.IsCidr(text),
        ["mac"] = text => Mac().IsMatch(text),
        ["uuid"] = text => Uuid().IsMatch(text),
        ["uuid3"] = text => Uuid().IsMatch(text) && VersionOf(text) == '3',
        ["uuid4"] = text => Uuid().IsMatch(text) && VersionOf(text) == '4',
        ["uuid5"] = text => Uuid().IsMatch(text) && VersionOf(text) == '5',
        ["bsonobjectid"] = text => text.Length == 24 && text.All(char.IsAsciiHexDigit),
        ["isbn"] = text => IsIsbn10(text) || IsIsbn13(text),
        ["isbn10"] = IsIsbn10,
        ["isbn13"] = IsIsbn13,
        ["creditcard"] = IsCreditCard,
        ["ssn"] = text => Ssn().IsMatch(text),
        ["hexcolor"] = text => HexColor().IsMatch(text),
        ["rgbcolor"] = text => RgbColor().IsMatch(text),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool Accepts(string format, string text) => !s_checks.TryGetValue(format, out var check) || check(text);

    private static bool IsDateTime(string text) => DateTimeForm().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    private static char VersionOf(string uuid) => uuid.Replace("-", "", StringComparison.Ordinal)[12];

    private static string Digits(string text) => text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);

    private static bool IsIsbn10(string text)
    {
        var digits = Digits(text);
        if (digits.Length != 10)
            return false;
        var sum = 0;
        for (var i = 0; i < 10; i++)
        {
            var value = char.IsAsciiDigit(digits[i]) ? digits[i] - '0' : i == 9 && digits[i] == 'X' ? 10 : -1;
            if (value < 0)
                return false;
            sum += (i + 1) * value;
        }

        return sum % 11 == 0;
    }

    private static bool IsIsbn13(string text)
    {
        var digits = Digits(text);
        if (digits.Length != 13 || !digits.All(char.IsAsciiDigit))
            return false;
        var sum = 0;
        for (var i = 0; i < 13; i++)
            sum += (digits[i] - '0') * (i % 2 == 0 ? 1 : 3);
        return sum % 10 == 0;
    }

    private static bool IsCreditCard(string text)
    {
        var digits = Digits(text);
        if (digits.Length is < 12 or > 19 || !digits.All(char.IsAsciiDigit))
            return false;
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var value = digits[digits.Length - 1 - i] - '0';
            if (i % 2 == 1)
                value = value * 2 > 9 ? (value * 2) - 9 : value * 2;
            sum += value;
        }

        return sum % 10 == 0;
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?([Zz]|[+-]\d{2}:?\d{2})?\z")]
    private static partial Regex DateTimeForm();

    [GeneratedRegex(@"^([+-]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))*)|\d+ *(ns|us|ms|s|sec|second|seconds|m|min|minute|minutes|h|hr|hour|hours|d|day|days|w|wk|week|weeks)s?)\z")]
    private static partial Regex Duration();

    [GeneratedRegex(@"^[^\s@<>]+@[^\s@<>]+\z")]
    private static partial Regex Email();

    [GeneratedRegex(@"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?\z")]
    private static partial Regex Hostname();

    [GeneratedRegex(@"^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\z|^([0-9A-Fa-f]{2}[:-]){7}[0-9A-Fa-f]{2}\z|^([0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}\z")]
    private static partial Regex Mac();

    [GeneratedRegex(@"^[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}\z")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"^\d{3}[- ]?\d{2}[- ]?\d{4}\z")]
    private static partial Regex Ssn();

    [GeneratedRegex(@"^#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})\z")]
    private static partial Regex HexColor();

    [GeneratedRegex(@"^rgb\(\s*(0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])\s*\)\z")]
    private static partial Regex RgbColor();
}
