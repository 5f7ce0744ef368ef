using System.Text;

namespace LiteKube.Cel;

/// <summary>An absolute URL or an absolute path, taken apart as Go's url.ParseRequestURI does.</summary>
internal sealed class UrlValue : OpaqueValue
{
    public static readonly CelType UrlType = CelType.Opaque("net.URL");

    private readonly string _text;

    private UrlValue(string text)
        : base(UrlType) => _text = text;

    public string Scheme { get; private set; } = "";

    public string Host { get; private set; } = "";

    public string Hostname => Host.StartsWith('[') ? Host[1..Host.IndexOf(']', StringComparison.Ordinal)] : Host.Split(':')[0];

    public string Port => Host.LastIndexOf(':') is >= 0 and var colon && colon > Host.LastIndexOf(']') ? Host[(colon + 1)..] : "";

    public string EscapedPath { get; private set; } = "";

    public string Query { get; private set; } = "";

    internal override long Size => CodePoints.Count(_text);

    protected internal override bool EqualTo(OpaqueValue other) => other is UrlValue url && url._text == _text;

    /// <summary>Null, with the problem, for a text that is no such URL.</summary>
    public static UrlValue? Parse(string text, out string? problem)
    {
        var url = new UrlValue(text);
        problem = url.Read(text);
        if (problem is null)
            return url;
        problem = $"parse \"{text}\": {problem}";
        return null;
    }

    private string? Read(string text)
    {
        if (text.Length == 0)
            return "empty url";
        if (text.Any(c => c < ' ' || c == 0x7f))
            return "net/url: invalid control character in URL";
        var rest = text;
        var colon = SchemeEnd(text);
        if (colon == 0)
            return "missing protocol scheme";
        if (colon > 0)
        {
            Scheme = text[..colon].ToLowerInvariant();
            rest = text[(colon + 1)..];
        }

        var question = rest.IndexOf('?', StringComparison.Ordinal);
        if (question >= 0)
        {
            Query = rest[(question + 1)..];
            rest = rest[..question];
        }

        if (!rest.StartsWith('/'))
            return Scheme.Length > 0 ? null : "invalid URI for request";
        if (Scheme.Length > 0 && rest.StartsWith("//", StringComparison.Ordinal))
        {
            var slash = rest.IndexOf('/', 2);
            if (ReadAuthority(slash < 0 ? rest[2..] : rest[2..slash]) is { } fault)
                return fault;
            rest = slash < 0 ? "" : rest[slash..];
        }

        for (var i = rest.IndexOf('%', StringComparison.Ordinal); i >= 0; i = rest.IndexOf('%', i + 1))
        {
            if (i + 2 >= rest.Length || !char.IsAsciiHexDigit(rest[i + 1]) || !char.IsAsciiHexDigit(rest[i + 2]))
                return $"invalid URL escape \"{rest.Substring(i, Math.Min(3, rest.Length - i))}\"";
        }

        EscapedPath = Escape(rest);
        return null;
    }

    // The place of the colon after a scheme; -1 where there is no scheme, 0 where it is empty.
    private static int SchemeEnd(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == ':')
                return i;
            if (!char.IsAsciiLetter(c) && (i == 0 || !(char.IsAsciiDigit(c) || c is '+' or '-' or '.')))
                return -1;
        }

        return -1;
    }

    private string? ReadAuthority(string authority)
    {
        var at = authority.LastIndexOf('@');
        var host = at < 0 ? authority : authority[(at + 1)..];
        if (at >= 0 && authority[..at].Any(c => !char.IsAsciiLetterOrDigit(c) && !"-._:~!$&'()*+,;=%@".Contains(c, StringComparison.Ordinal)))
            return "net/url: invalid userinfo";
        var port = "";
        if (host.StartsWith('['))
        {
            var close = host.LastIndexOf(']');
            if (close < 0)
                return "missing ']' in host";
            port = host[(close + 1)..];
        }
        else if (host.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon)
        {
            port = host[colon..];
        }

        if (port.Length > 0 && (port[0] != ':' || !port.Skip(1).All(char.IsAsciiDigit)))
            return $"invalid port \"{port}\" after host";
        if (host.FirstOrDefault(c => c < 0x80 && !char.IsAsciiLetterOrDigit(c) && !"-._~!$&'()*+,;=:[]<>\"%".Contains(c, StringComparison.Ordinal)) is var bad && bad != '\0')
            return $"invalid character \"{bad}\" in host name";
        Host = host;
        return null;
    }

    private static string Escape(string path)
    {
        var result = new StringBuilder(path.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(path))
        {
            var c = (char)octet;
            if (char.IsAsciiLetterOrDigit(c) || "-_.~$&+,/:;=@!'()*%[]".Contains(c, StringComparison.Ordinal))
                result.Append(c);
            else
                result.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return result.ToString();
    }

    public override string ToString() => _text;
}
