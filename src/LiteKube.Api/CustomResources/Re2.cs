using System.Text;
using System.Text.RegularExpressions;

namespace LiteKube.Api.CustomResources;

/// <summary>
/// Go's regular expressions in .NET: the same language but for some spellings, run without backtracking, so that no pattern of a definition can
/// take more than linear time. (https://github.com/google/re2/wiki/Syntax)
/// </summary>
internal static class Re2
{
    private static readonly (string Posix, string Set)[] s_classes =
    [
        ("[:alnum:]", "0-9A-Za-z"), ("[:alpha:]", "A-Za-z"), ("[:ascii:]", "\\x00-\\x7F"), ("[:blank:]", "\\t "), ("[:cntrl:]", "\\x00-\\x1F\\x7F"), ("[:digit:]", "0-9"),
        ("[:graph:]", "!-~"), ("[:lower:]", "a-z"), ("[:print:]", " -~"), ("[:punct:]", "!-/:-@\\[-`{-~"), ("[:space:]", "\\t\\n\\v\\f\\r "), ("[:upper:]", "A-Z"),
        ("[:word:]", "0-9A-Za-z_"), ("[:xdigit:]", "0-9A-Fa-f"),
    ];

    public static Regex? TryCompile(string pattern, out string error)
    {
        try
        {
            error = "";
            return new Regex(Translate(pattern), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            error = $"error parsing regexp: {e.Message}";
            return null;
        }
    }

    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                text.Append(Escape(pattern[++i], inClass));
            }
            else if (inClass)
            {
                if (c == '[' && s_classes.FirstOrDefault(k => string.CompareOrdinal(pattern, i, k.Posix, 0, k.Posix.Length) == 0) is { Posix: not null } known)
                {
                    text.Append(known.Set);
                    i += known.Posix.Length - 1;
                    continue;
                }

                if (c == ']')
                    inClass = false;
                // .NET would take an opening bracket after a hyphen for a subtraction.
                text.Append(c == '[' ? "\\[" : c.ToString());
            }
            else if (c == '[')
            {
                inClass = true;
                text.Append(c);
                if (i + 1 < pattern.Length && pattern[i + 1] == '^')
                    text.Append(pattern[++i]);
                if (i + 1 < pattern.Length && pattern[i + 1] == ']')
                {
                    text.Append("\\]");
                    i++;
                }
            }
            else if (c == '$')
            {
                // Go's end is the end; .NET's is also before a last line break.
                text.Append("\\z");
            }
            else if (c == '(' && string.CompareOrdinal(pattern, i, "(?P<", 0, 4) == 0)
            {
                text.Append("(?<");
                i += 3;
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }

    private static string Escape(char c, bool inClass) => (c, inClass) switch
    {
        ('d', false) => "[0-9]",
        ('D', false) => "[^0-9]",
        ('w', false) => "[0-9A-Za-z_]",
        ('W', false) => "[^0-9A-Za-z_]",
        ('s', false) => "[\\t\\n\\f\\r ]",
        ('S', false) => "[^\\t\\n\\f\\r ]",
        ('d', true) => "0-9",
        ('w', true) => "0-9A-Za-z_",
        ('s', true) => "\\t\\n\\f\\r ",
        _ => "\\" + c,
    };
}
