using System.Buffers;
using System.Globalization;
using System.Text;

namespace LiteKube.Cel;

/// <summary>One string or bytes literal: <c>'a'</c>, <c>"""a"""</c>, <c>r'\d'</c>, <c>b'\xff'</c>, <c>br"a"</c>.</summary>
internal sealed class StringLiteral
{
    private readonly string _text;
    private readonly int _start;
    private readonly int _open;
    private readonly bool _bytes;
    private readonly bool _raw;
    private readonly StringBuilder _chars = new();
    private readonly ArrayBufferWriter<byte> _octets = new();

    public StringLiteral(string text, int start, int prefix)
    {
        _text = text;
        _start = start;
        _open = start + prefix;
        var letters = text.AsSpan(start, prefix);
        _bytes = letters.ContainsAny('b', 'B');
        _raw = letters.ContainsAny('r', 'R');
    }

    public CelValue Read(out int end)
    {
        var quote = _text[_open];
        var triple = _open + 2 < _text.Length && _text[_open + 1] == quote && _text[_open + 2] == quote;
        var at = _open + (triple ? 3 : 1);
        while (true)
        {
            if (at >= _text.Length || (!triple && _text[at] is '\n' or '\r'))
                throw Fault();
            var c = _text[at];
            if (c == quote && (!triple || (at + 2 < _text.Length && _text[at + 1] == quote && _text[at + 2] == quote)))
            {
                end = at + (triple ? 3 : 1);
                break;
            }

            if (c != '\\' || _raw)
            {
                // A raw string keeps its backslash; it may still not end in one.
                if (triple && c == '\r')
                {
                    Add('\n');
                    at += at + 1 < _text.Length && _text[at + 1] == '\n' ? 2 : 1;
                    continue;
                }

                var rune = Rune.TryGetRuneAt(_text, at, out var whole) ? whole : Rune.ReplacementChar;
                Add(rune.Value);
                at += rune == Rune.ReplacementChar ? 1 : rune.Utf16SequenceLength;
                continue;
            }

            at = Escape(at + 1);
        }

        return _bytes ? new BytesValue(_octets.WrittenSpan.ToArray()) : new StringValue(_chars.ToString());
    }

    private int Escape(int at)
    {
        if (at >= _text.Length)
            throw Fault();
        var c = _text[at];
        var simple = c switch
        {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            '\\' or '\'' or '"' or '`' or '?' => c,
            _ => -1,
        };
        if (simple >= 0)
        {
            Add(simple);
            return at + 1;
        }

        switch (c)
        {
            case 'x' or 'X':
                AddNumber(Digits(at + 1, 2, 16));
                return at + 3;
            case 'u' when !_bytes:
                Add(Digits(at + 1, 4, 16));
                return at + 5;
            case 'U' when !_bytes:
                Add(Digits(at + 1, 8, 16));
                return at + 9;
            case >= '0' and <= '3':
                AddNumber(Digits(at, 3, 8));
                return at + 3;
            default:
                throw Fault();
        }
    }

    private int Digits(int at, int count, int radix)
    {
        if (at + count > _text.Length)
            throw Fault();
        long value = 0;
        foreach (var c in _text.AsSpan(at, count))
        {
            if (!char.IsAsciiHexDigit(c) || int.Parse([c], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) is var digit && digit >= radix)
                throw Fault();
            value = value * radix + digit;
        }

        return value > 0x10FFFF ? throw Fault() : (int)value;
    }

    // \x and octal escapes are octets in bytes, code points in strings.
    private void AddNumber(int value)
    {
        if (_bytes)
            _octets.Write([(byte)value]);
        else
            Add(value);
    }

    private void Add(int codePoint)
    {
        if (!Rune.IsValid(codePoint))
            throw Fault();
        var rune = new Rune(codePoint);
        if (_bytes)
        {
            Span<byte> octets = stackalloc byte[4];
            _octets.Write(octets[..rune.EncodeToUtf8(octets)]);
        }
        else
        {
            _chars.Append(rune.ToString());
        }
    }

    private SyntaxException Fault()
    {
        var end = _text.IndexOf('\n', _start) is >= 0 and var line ? line : _text.Length;
        return new SyntaxException(_start, $"Syntax error: token recognition error at: '{_text[_start..Math.Min(end, _start + 100)]}'");
    }
}
