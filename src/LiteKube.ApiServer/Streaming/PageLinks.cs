using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace LiteKube.ApiServer.Streaming;

/// <summary>
/// An HTML page on its way through a proxy, with the links that start at the root of the backend put below the proxy's path. Only attributes that hold one URL
/// are looked at, everything else passes byte for byte; what is held back between two reads is at most one tag.
/// </summary>
internal sealed class PageLinks(Func<string, string> relocate)
{
    private const int LongestTag = 64 * 1024;

    private static readonly FrozenDictionary<string, string[]> s_links = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase)
    {
        ["a"] = ["href"], ["applet"] = ["codebase"], ["area"] = ["href"], ["audio"] = ["src"], ["base"] = ["href"], ["blockquote"] = ["cite"], ["body"] = ["background"],
        ["button"] = ["formaction"], ["command"] = ["icon"], ["del"] = ["cite"], ["embed"] = ["src"], ["form"] = ["action"], ["frame"] = ["longdesc", "src"],
        ["head"] = ["profile"], ["html"] = ["manifest"], ["iframe"] = ["longdesc", "src"], ["img"] = ["longdesc", "src", "usemap"], ["input"] = ["formaction", "src", "usemap"],
        ["ins"] = ["cite"], ["link"] = ["href"], ["object"] = ["classid", "codebase", "data", "usemap"], ["q"] = ["cite"], ["script"] = ["src"], ["source"] = ["src"],
        ["video"] = ["poster", "src"],
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Their content is text, whatever it looks like, up to their own end.</summary>
    private static readonly FrozenSet<string> s_text = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes");

    private readonly ArrayBufferWriter<byte> _done = new();
    private byte[] _held = [];
    private string? _text;

    public static bool IsPage(string? contentType) =>
        contentType is not null && contentType.AsSpan(0, contentType.IndexOf(';') is >= 0 and var end ? end : contentType.Length).Trim().Equals("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>What can be passed on after the next piece of the page; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Next(ReadOnlySpan<byte> piece, bool isLast)
    {
        _done.ResetWrittenCount();
        // One byte is one character, so that what is not understood stays as it is.
        var page = Encoding.Latin1.GetString(_held) + Encoding.Latin1.GetString(piece);
        var at = 0;
        while (at < page.Length)
        {
            var end = _text is null ? Markup(page, at) : Text(page, at, isLast);
            if (end < 0)
                break;
            at = end;
        }

        if (isLast || page.Length - at > LongestTag)
        {
            Write(page.AsSpan(at));
            at = page.Length;
        }

        _held = Encoding.Latin1.GetBytes(page[at..]);
        return _done.WrittenMemory;
    }

    /// <summary>Passes on up to and with the next tag or comment. Less than 0: it has not come whole.</summary>
    private int Markup(string page, int at)
    {
        var start = page.IndexOf('<', at);
        Write(page.AsSpan(at, (start < 0 ? page.Length : start) - at));
        if (start < 0)
            return page.Length;
        if (start > at)
            return start;
        if (page.Length - start < 4)
            return -1;
        if (page.AsSpan(start).StartsWith("<!--", StringComparison.Ordinal))
        {
            var close = page.IndexOf("-->", start + 2, StringComparison.Ordinal);
            return close < 0 ? -1 : Pass(page, start, close + 3);
        }

        if (!char.IsAsciiLetter(page[start + 1]))
            return Pass(page, start, start + 1);
        var end = EndOfTag(page, start);
        if (end < 0)
            return -1;
        Tag(page.AsSpan(start, end - start));
        return end;
    }

    private int Text(string page, int at, bool isLast)
    {
        var close = page.IndexOf("</" + _text, at, StringComparison.OrdinalIgnoreCase);
        if (close >= 0)
        {
            _text = null;
            return Pass(page, at, close);
        }

        var safe = isLast ? page.Length : page.Length - _text!.Length - 1;
        return safe <= at ? -1 : Pass(page, at, safe);
    }

    private int Pass(string page, int from, int to)
    {
        Write(page.AsSpan(from, to - from));
        return to;
    }

    private static int EndOfTag(string page, int start)
    {
        var quote = '\0';
        for (var i = start + 1; i < page.Length; i++)
        {
            var c = page[i];
            if (quote != '\0')
                quote = c == quote ? '\0' : quote;
            else if (c is '"' or '\'' && page[i - 1] is '=' or ' ' or '\t' or '\r' or '\n')
                quote = c;
            else if (c == '>')
                return i + 1;
        }

        return -1;
    }

    private void Tag(ReadOnlySpan<char> tag)
    {
        var at = 1;
        while (at < tag.Length && !IsSpace(tag[at]) && tag[at] is not ('/' or '>'))
            at++;
        var name = tag[1..at].ToString();
        var links = s_links.GetValueOrDefault(name) ?? [];
        var done = 0;
        while (links.Length > 0 && Attribute(tag, ref at, out var attribute, out var value))
        {
            if (value.End.Value == value.Start.Value || !links.Contains(tag[attribute].ToString(), StringComparer.OrdinalIgnoreCase))
                continue;
            Write(tag[done..value.Start.Value]);
            Write(relocate(tag[value].ToString()));
            done = value.End.Value;
        }

        Write(tag[done..]);
        if (s_text.Contains(name))
            _text = name;
    }

    /// <summary>Where the next attribute of a tag has its name and its value.</summary>
    private static bool Attribute(ReadOnlySpan<char> tag, ref int at, out Range name, out Range value)
    {
        name = value = default;
        while (at < tag.Length && (IsSpace(tag[at]) || tag[at] == '/'))
            at++;
        if (at >= tag.Length - 1)
            return false;
        var start = at++;
        while (at < tag.Length && !IsSpace(tag[at]) && tag[at] is not ('=' or '/' or '>'))
            at++;
        name = start..at;
        var equals = at;
        while (equals < tag.Length && IsSpace(tag[equals]))
            equals++;
        if (equals >= tag.Length || tag[equals] != '=')
            return true;
        at = equals + 1;
        while (at < tag.Length && IsSpace(tag[at]))
            at++;
        if (at >= tag.Length)
            return true;
        var quote = tag[at] is '"' or '\'' ? tag[at++] : '\0';
        start = at;
        while (at < tag.Length && (quote != '\0' ? tag[at] != quote : !IsSpace(tag[at]) && tag[at] != '>'))
            at++;
        value = start..at;
        if (quote != '\0' && at < tag.Length)
            at++;
        return true;
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n' or '\f';

    private void Write(ReadOnlySpan<char> text) => _done.Advance(Encoding.Latin1.GetBytes(text, _done.GetSpan(text.Length)));
}
