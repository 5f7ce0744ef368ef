using System.Buffers;

namespace LiteKube.Api.Validation;

/// <summary>
/// The shapes of names, keys and values. Each rule answers null, or what is wrong in the words that Kubernetes' clients and users know.
/// (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and …/labels/)
/// </summary>
public static class NameRules
{
    public const int SubdomainMax = 253;
    public const int LabelMax = 63;

    private const string LabelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string SubdomainPattern = LabelPattern + @"(\." + LabelPattern + ")*";
    private const string QualifiedPattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private const string LabelWords = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
    private const string SubdomainWords = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
    private const string Label1035Words = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
    private const string QualifiedWords = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    private const string ValueWords = "a valid label must be an empty string or " + "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    private const string WildcardWords = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";

    private static readonly SearchValues<char> s_label = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
    private static readonly SearchValues<char> s_qualified = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    public static string? DnsLabel(ReadOnlySpan<char> text) =>
        text.Length > LabelMax ? TooLong(LabelMax) : IsLabel(text) ? null : Pattern(LabelWords, LabelPattern, "my-name", "123-abc");

    public static string? DnsSubdomain(ReadOnlySpan<char> text) =>
        text.Length > SubdomainMax ? TooLong(SubdomainMax) : IsSubdomain(text) ? null : Pattern(SubdomainWords, SubdomainPattern, "example.com");

    public static string? Dns1035Label(ReadOnlySpan<char> text) =>
        text.Length > LabelMax ? TooLong(LabelMax)
        : IsLabel(text) && char.IsAsciiLetterLower(text[0]) ? null
        : Pattern(Label1035Words, "[a-z]([-a-z0-9]*[a-z0-9])?", "my-name", "abc-123");

    public static string? WildcardSubdomain(ReadOnlySpan<char> text) =>
        text.Length > SubdomainMax ? TooLong(SubdomainMax)
        : text.StartsWith("*.") && IsSubdomain(text[2..]) ? null
        : Pattern(WildcardWords, @"\*\." + SubdomainPattern, "*.example.com");

    /// <summary>A label key, an annotation key, a resource's name: <c>[prefix/]name</c>.</summary>
    public static string? QualifiedName(ReadOnlySpan<char> text)
    {
        var slash = text.IndexOf('/');
        var name = text;
        if (slash >= 0)
        {
            name = text[(slash + 1)..];
            if (name.Contains('/'))
                return "a qualified name " + Pattern(QualifiedWords, QualifiedPattern, "MyName", "my.name", "123-abc") + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            if (slash == 0)
                return "prefix part must be non-empty";
            if (DnsSubdomain(text[..slash]) is { } wrong)
                return "prefix part " + wrong;
        }

        if (name.Length == 0)
            return "name part must be non-empty";
        if (name.Length > LabelMax)
            return "name part " + TooLong(LabelMax);
        return IsQualifiedPart(name) ? null : "name part " + Pattern(QualifiedWords, QualifiedPattern, "MyName", "my.name", "123-abc");
    }

    public static string? LabelValue(ReadOnlySpan<char> text) =>
        text.Length > LabelMax ? TooLong(LabelMax)
        : text.Length == 0 || IsQualifiedPart(text) ? null
        : Pattern(ValueWords, "(" + QualifiedPattern + ")?", "MyValue", "my_value", "12345");

    /// <summary>A key of a ConfigMap or Secret.</summary>
    public static string? ConfigKey(ReadOnlySpan<char> text)
    {
        if (text.Length > SubdomainMax)
            return TooLong(SubdomainMax);
        if (text.Length == 0 || text.ContainsAnyExcept(s_qualified))
            return Pattern("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", "[-._a-zA-Z0-9]+", "key.name", "KEY_NAME", "key-name");
        if (text is ".")
            return "must not be '.'";
        if (text is "..")
            return "must not be '..'";
        return text.StartsWith("..") ? "must not start with '..'" : null;
    }

    /// <summary>A name that can stand in a URL's path; what roles and their bindings are held to.</summary>
    public static string? PathSegment(string text) => text switch
    {
        "." => "may not be '.'",
        ".." => "may not be '..'",
        _ when text.Contains('/') => "may not contain '/'",
        _ when text.Contains('%') => "may not contain '%'",
        _ => null,
    };

    /// <summary>The name of an environment variable: printable ASCII without '='. (KEP-4369)</summary>
    public static string? EnvVarName(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (c is < ' ' or > '~' or '=')
                return "a valid environment variable name must consist only of printable ASCII characters other than '='";
        return text.Length == 0 ? "environment variable name must be non-empty" : null;
    }

    /// <summary>The name of a port as services know it.</summary>
    public static string? PortName(ReadOnlySpan<char> text)
    {
        if (text.Length > 15)
            return TooLong(15);
        var letter = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '-' && i > 0 && text[i - 1] == '-')
                return "must not contain consecutive hyphens";
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
            letter |= char.IsAsciiLetterLower(c);
        }

        if (!letter)
            return "must contain at least one letter (a-z)";
        return text[0] == '-' || text[^1] == '-' ? "must not begin or end with a hyphen" : null;
    }

    public static string? HttpHeaderName(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                return HeaderWords();
        return text.Length == 0 ? HeaderWords() : null;

        static string HeaderWords() => Pattern("a valid HTTP header must consist of alphanumeric characters or '-'", "[-A-Za-z0-9]+", "X-Header-Name");
    }

    public static string TooLong(int max) => $"must be no more than {max} characters";

    internal static string Pattern(string words, string pattern, params ReadOnlySpan<string> examples)
    {
        var text = words + " (";
        for (var i = 0; i < examples.Length; i++)
            text += (i == 0 ? "e.g. '" : " or '") + examples[i] + "', ";
        return text + "regex used for validation is '" + pattern + "')";
    }

    private static bool IsLabel(ReadOnlySpan<char> text) =>
        text.Length > 0 && text[0] != '-' && text[^1] != '-' && !text.ContainsAnyExcept(s_label);

    private static bool IsSubdomain(ReadOnlySpan<char> text)
    {
        while (true)
        {
            var dot = text.IndexOf('.');
            if (dot < 0)
                return IsLabel(text);
            if (!IsLabel(text[..dot]))
                return false;
            text = text[(dot + 1)..];
        }
    }

    private static bool IsQualifiedPart(ReadOnlySpan<char> text) =>
        char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]) && !text.ContainsAnyExcept(s_qualified);
}
