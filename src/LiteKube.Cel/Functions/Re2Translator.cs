using System.Globalization;
using System.Text;

namespace LiteKube.Cel;

/// <summary>
/// RE2's syntax (https://github.com/google/re2/wiki/Syntax) to that of .NET: classes of ASCII letters and digits, named groups, one-letter Unicode
/// classes, quoting. What .NET knows and RE2 does not is refused.
/// </summary>
internal sealed class Re2Translator(string pattern)
{
    private const int MaxNesting = 250;
    private const int MaxRepeat = 1000;

    private readonly StringBuilder _out = new();
    private int _at;
    private string? _problem;

    /// <summary>The pattern for .NET; null with the problem where the pattern is not RE2's.</summary>
    public string? Translate(out string? problem)
    {
        var depth = 0;
        // Whether a repetition may follow.
        var repeatable = false;
        while (_at < pattern.Length && _problem is null)
        {
            var c = pattern[_at];
            switch (c)
            {
                case '\\':
                    repeatable = Escape(inClass: false);
                    break;
                case '[':
                    Class();
                    repeatable = true;
                    break;
                case '(':
                    if (++depth > MaxNesting)
                        _problem = "expression nests too deeply";
                    repeatable = Group(ref depth);
                    break;
                case ')':
                    if (--depth < 0)
                        _problem = $"unexpected ): `{pattern}`";
                    Copy();
                    repeatable = true;
                    break;
                case '*' or '+' or '?':
                    Repeat(repeatable);
                    repeatable = false;
                    break;
                case '{' when Braces() is > 0 and var length:
                    Counted(repeatable, length);
                    repeatable = false;
                    break;
                case '{':
                    _out.Append("\\{");
                    _at++;
                    repeatable = true;
                    break;
                case '$':
                    // The end of the text; .NET's $ also stands before a last line feed.
                    _out.Append(_multiline ? "$" : "\\z");
                    _at++;
                    repeatable = true;
                    break;
                case '#' or ' ' or '}' or ']':
                    _out.Append('\\').Append(c);
                    _at++;
                    repeatable = true;
                    break;
                default:
                    Copy();
                    repeatable = c != '|';
                    break;
            }
        }

        if (depth > 0)
            _problem ??= $"missing closing ): `{pattern}`";
        problem = _problem;
        return problem is null ? _out.ToString() : null;
    }

    private bool _multiline;

    private void Copy() => _out.Append(pattern[_at++]);

    private char Peek(int ahead) => _at + ahead < pattern.Length ? pattern[_at + ahead] : '\0';

    private void Repeat(bool repeatable)
    {
        if (!repeatable)
            _problem = $"missing argument to repetition operator: `{pattern[_at]}`";
        Copy();
        if (Peek(0) == '?')
            Copy();
        if (Peek(0) is '*' or '+' or '?')
            _problem ??= $"invalid nested repetition operator: `{pattern[_at - 1]}{pattern[_at]}`";
    }

    // The length of {n}, {n,} or {n,m}; 0 for a brace that is only itself.
    private int Braces()
    {
        var end = pattern.IndexOf('}', _at);
        if (end < 0)
            return 0;
        var parts = pattern[(_at + 1)..end].Split(',');
        return parts.Length <= 2 && parts[0].Length > 0 && parts.All(p => p.All(char.IsAsciiDigit)) ? end + 1 - _at : 0;
    }

    private void Counted(bool repeatable, int length)
    {
        var text = pattern.Substring(_at, length);
        if (!repeatable)
            _problem = $"missing argument to repetition operator: `{text}`";
        var bounds = text[1..^1].Split(',').Where(p => p.Length > 0).Select(p => p.Length > 5 ? int.MaxValue : int.Parse(p, CultureInfo.InvariantCulture)).ToArray();
        if (bounds.Any(b => b > MaxRepeat) || (bounds.Length == 2 && bounds[0] > bounds[1]))
            _problem ??= $"invalid repeat count: `{text}`";
        _out.Append(text);
        _at += length;
        if (Peek(0) == '?')
            Copy();
        if (Peek(0) is '*' or '+' or '?')
            _problem ??= $"invalid nested repetition operator: `{text}{pattern[_at]}`";
    }

    private bool Group(ref int depth)
    {
        if (Peek(1) != '?')
        {
            Copy();
            return false;
        }

        if (Peek(2) == 'P' && Peek(3) == '<' || (Peek(2) == '<' && Peek(3) is not ('=' or '!')))
        {
            var start = pattern.IndexOf('<', _at) + 1;
            var end = pattern.IndexOf('>', start);
            if (end <= start || !pattern.AsSpan(start, end - start).ToArray().All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                _problem = $"invalid named capture: `{pattern[_at..]}`";
                return false;
            }

            _out.Append("(?:");
            _at = end + 1;
            return false;
        }

        var flags = _at + 2;
        while (flags < pattern.Length && pattern[flags] is 'i' or 'm' or 's' or 'U' or '-')
            flags++;
        if (flags >= pattern.Length || pattern[flags] is not (':' or ')'))
        {
            _problem = $"invalid or unsupported Perl syntax: `{pattern[_at..Math.Min(pattern.Length, flags + 1)]}`";
            return false;
        }

        var text = pattern[(_at + 2)..flags];
        if (text.Contains('U', StringComparison.Ordinal))
        {
            _problem = "the flag U is not supported";
            return false;
        }

        if (text.Split('-')[0].Contains('m', StringComparison.Ordinal))
            _multiline = true;
        if (pattern[flags] == ')')
            depth--;
        _out.Append("(?").Append(text).Append(pattern[flags]);
        _at = flags + 1;
        return false;
    }

    /// <returns>Whether it stands for a character or a class.</returns>
    private bool Escape(bool inClass)
    {
        var c = Peek(1);
        _at += 2;
        switch (c)
        {
            case '\0':
                _problem = "trailing backslash at end of expression: ``";
                return false;
            case 'd':
                _out.Append(inClass ? "0-9" : "[0-9]");
                return true;
            case 'w':
                _out.Append(inClass ? "0-9A-Za-z_" : "[0-9A-Za-z_]");
                return true;
            case 's':
                _out.Append(inClass ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]");
                return true;
            case 'D':
                _out.Append(inClass ? "\\x00-/:-\\uffff" : "[^0-9]");
                return true;
            case 'W':
                _out.Append(inClass ? "\\x00-/:-@\\[-\\^`{-\\uffff" : "[^0-9A-Za-z_]");
                return true;
            case 'S':
                _out.Append(inClass ? "\\x00-\\x08\\x0b\\x0e-\\x1f!-\\uffff" : "[^\\t\\n\\f\\r ]");
                return true;
            case 'p' or 'P':
                UnicodeClass(c);
                return true;
            case 'x':
                return Hex();
            case 'A' or 'z' or 'b' or 'B' when !inClass:
                _out.Append('\\').Append(c);
                return true;
            case 'Q' when !inClass:
                var end = pattern.IndexOf("\\E", _at, StringComparison.Ordinal);
                foreach (var quoted in pattern[_at..(end < 0 ? pattern.Length : end)])
                    Literal(quoted);
                _at = end < 0 ? pattern.Length : end + 2;
                return true;
            case 'a' or 'f' or 't' or 'n' or 'r' or 'v':
                _out.Append('\\').Append(c);
                return true;
            case >= '0' and <= '7' when c == '0' || (char.IsBetween(Peek(0), '0', '7') && char.IsBetween(Peek(1), '0', '7')):
                var value = c - '0';
                for (var i = 0; i < 2 && char.IsBetween(Peek(0), '0', '7'); i++)
                    value = value * 8 + (pattern[_at++] - '0');
                Literal((char)value);
                return true;
            default:
                if (char.IsAsciiLetterOrDigit(c) || c >= 0x80)
                {
                    _problem = $"invalid escape sequence: `\\{c}`";
                    return false;
                }

                Literal(c);
                return true;
        }
    }

    private bool Hex()
    {
        string digits;
        if (Peek(0) == '{')
        {
            var end = pattern.IndexOf('}', _at);
            digits = end < 0 ? "" : pattern[(_at + 1)..end];
            _at = end < 0 ? pattern.Length : end + 1;
        }
        else
        {
            digits = pattern.Substring(_at, Math.Min(2, pattern.Length - _at));
            _at = Math.Min(_at + 2, pattern.Length);
            if (digits.Length < 2)
                digits = "";
        }

        if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || !Rune.IsValid(code))
        {
            _problem = "invalid escape sequence: `\\x`";
            return false;
        }

        foreach (var unit in new Rune(code).ToString())
            Literal(unit);
        return true;
    }

    private void UnicodeClass(char kind)
    {
        var name = Peek(0) == '{' ? pattern[(_at + 1)..Math.Max(_at + 1, pattern.IndexOf('}', _at))] : Peek(0).ToString();
        _at += Peek(0) == '{' ? name.Length + 2 : 1;
        var negated = kind == 'P';
        if (name.StartsWith('^'))
        {
            negated = !negated;
            name = name[1..];
        }

        // Scripts come in .NET as blocks of other extents; the few that are the same are not worth a table.
        if (name.Length is 0 or > 2 || !char.IsAsciiLetterUpper(name[0]) || _at > pattern.Length)
            _problem = $"invalid character class range: `\\{kind}{{{name}}}`";
        else
            _out.Append(negated ? "\\P{" : "\\p{").Append(name).Append('}');
    }

    private void Literal(char c)
    {
        if (char.IsAsciiLetterOrDigit(c) || c >= 0x80)
            _out.Append(c);
        else
            _out.Append("\\x").Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
    }

    private void Class()
    {
        var start = _at++;
        _out.Append('[');
        if (Peek(0) == '^')
            Copy();
        var first = true;
        while (_problem is null)
        {
            if (_at >= pattern.Length)
            {
                _problem = $"missing closing ]: `{pattern[start..]}`";
                return;
            }

            var c = pattern[_at];
            if (c == ']' && !first)
            {
                _at++;
                _out.Append(']');
                return;
            }

            first = false;
            if (c == '[' && Peek(1) == ':')
                NamedClass();
            else if (c == '\\')
                Escape(inClass: true);
            else if (c == '-' && (Peek(1) == ']' || _out[^1] is '[' or '^'))
                ClassLiteral('-');
            else if (c == '-')
                Copy();
            else
                ClassLiteral(c);
        }
    }

    private void ClassLiteral(char c)
    {
        Literal(c);
        _at++;
    }

    private void NamedClass()
    {
        var end = pattern.IndexOf(":]", _at, StringComparison.Ordinal);
        var name = end < 0 ? "" : pattern[(_at + 2)..end];
        var members = name switch
        {
            "alnum" => "0-9A-Za-z",
            "alpha" => "A-Za-z",
            "ascii" => "\\x00-\\x7f",
            "blank" => "\\t ",
            "cntrl" => "\\x00-\\x1f\\x7f",
            "digit" => "0-9",
            "graph" => "!-~",
            "lower" => "a-z",
            "print" => " -~",
            "punct" => "!-/:-@\\[-`{-~",
            "space" => "\\t\\n\\v\\f\\r ",
            "upper" => "A-Z",
            "word" => "0-9A-Za-z_",
            "xdigit" => "0-9A-Fa-f",
            _ => null,
        };
        if (members is null)
            _problem = $"invalid character class range: `{(end < 0 ? pattern[_at..] : pattern[_at..(end + 2)])}`";
        _out.Append(members);
        _at = end < 0 ? pattern.Length : end + 2;
    }
}
