using System.Globalization;
using System.Text.RegularExpressions;

namespace LiteKube.Cel;

/// <summary>The formats by name, each giving what is wrong with a text in the words of Kubernetes' validation.</summary>
internal static partial class NamedFormats
{
    private const string LabelRule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private const string SubdomainRule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private const string Label1035Rule = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
    private const string NameRule = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    private const string ValueRule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    public static IReadOnlyList<(string Name, Func<string, IReadOnlyList<string>> Problems)> All { get; } =
    [
        ("dns1123Label", text => Checked(text, 63, LabelPattern(), LabelRule)),
        ("dns1123Subdomain", text => Checked(text, 253, SubdomainPattern(), SubdomainRule)),
        ("dns1035Label", text => Checked(text, 63, Label1035Pattern(), Label1035Rule)),
        ("dns1123LabelPrefix", text => Checked(Unprefixed(text), 63, LabelPattern(), LabelRule)),
        ("dns1123SubdomainPrefix", text => Checked(Unprefixed(text), 253, SubdomainPattern(), SubdomainRule)),
        ("dns1035LabelPrefix", text => Checked(Unprefixed(text), 63, Label1035Pattern(), Label1035Rule)),
        ("qualifiedName", QualifiedName),
        ("labelValue", text => Checked(text, 63, ValuePattern(), ValueRule)),
        ("uri", text => UrlValue.Parse(text, out var problem) is null ? [problem!] : []),
        ("uuid", text => UuidPattern().IsMatch(text) ? [] : ["does not match the UUID format"]),
        ("byte", text => Convert.TryFromBase64String(text, new byte[text.Length], out _) && text.Length > 0 ? [] : ["invalid base64"]),
        ("date", text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? [] : ["invalid date"]),
        ("datetime", text => TimestampValue.TryParse(text, out _) ? [] : ["invalid datetime"]),
    ];

    // The dash at the end of a generateName is followed by more.
    private static string Unprefixed(string text) => text.Length > 1 && text.EndsWith('-') ? text[..^2] + "a" : text;

    private static List<string> Checked(string text, int maxLength, Regex pattern, string rule)
    {
        var problems = new List<string>();
        if (text.Length > maxLength)
            problems.Add($"must be no more than {maxLength} characters");
        if (!pattern.IsMatch(text))
            problems.Add(rule);
        return problems;
    }

    private static List<string> QualifiedName(string text)
    {
        var parts = text.Split('/');
        if (parts.Length > 2)
            return [$"a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        var problems = new List<string>();
        if (parts.Length == 2 && parts[0].Length == 0)
            problems.Add("prefix part must be non-empty");
        else if (parts.Length == 2)
            problems.AddRange(Checked(parts[0], 253, SubdomainPattern(), SubdomainRule).Select(p => "prefix part " + p));
        if (parts[^1].Length == 0)
            problems.Add("name part must be non-empty");
        else if (parts[^1].Length > 63)
            problems.Add("name part must be no more than 63 characters");
        if (!NamePattern().IsMatch(parts[^1]))
            problems.Add(NameRule);
        return problems;
    }

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex(@"\A[a-z]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label1035Pattern();

    [GeneratedRegex(@"\A([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValuePattern();

    [GeneratedRegex(@"\A(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex UuidPattern();
}
