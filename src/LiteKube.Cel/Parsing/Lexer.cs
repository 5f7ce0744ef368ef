namespace LiteKube.Cel;

/// <summary>Text to tokens, as https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax has them.</summary>
internal sealed class Lexer(string text)
{
    private static readonly string[] s_signs =
    [
        "&&", "||", "==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", "{", "}", ".", ",", "-", "!", "?", ":", "+", "*", "/", "%",
    ];

    private int _at;

    public List<Token> Read()
    {
        var tokens = new List<Token>();
        while (true)
        {
            SkipSpace();
            if (_at >= text.Length)
            {
                tokens.Add(new Token(TokenKind.End, text.Length, ""));
                return tokens;
            }

            tokens.Add(Next());
        }
    }

    private void SkipSpace()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                _at++;
            }
            else if (text[_at] == '/' && Peek(1) == '/')
            {
                while (_at < text.Length && text[_at] != '\n')
                    _at++;
            }
            else
            {
                return;
            }
        }
    }

    private char Peek(int ahead) => _at + ahead < text.Length ? text[_at + ahead] : '\0';

    private Token Next()
    {
        var c = text[_at];
        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))))
            return Number();
        if (StringPrefix() is >= 0 and var prefix)
        {
            var literal = new StringLiteral(text, _at, prefix);
            var start = _at;
            var value = literal.Read(out _at);
            return new Token(value is BytesValue ? TokenKind.Bytes : TokenKind.String, start, text[start.._at], value);
        }

        if (char.IsAsciiLetter(c) || c == '_')
            return Name();
        foreach (var sign in s_signs)
        {
            if (string.CompareOrdinal(text, _at, sign, 0, sign.Length) == 0)
            {
                var token = new Token(TokenKind.Sign, _at, sign);
                _at += sign.Length;
                return token;
            }
        }

        var bad = char.IsHighSurrogate(c) && _at + 1 < text.Length ? text.Substring(_at, 2) : c.ToString();
        throw new SyntaxException(_at, $"Syntax error: token recognition error at: '{bad}'");
    }

    // The number of letters before the quote of a string literal; -1 where none begins here.
    private int StringPrefix()
    {
        var length = 0;
        if (Peek(length) is 'b' or 'B')
            length++;
        if (Peek(length) is 'r' or 'R')
            length++;
        return Peek(length) is '"' or '\'' ? length : -1;
    }

    private Token Name()
    {
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
            _at++;
        var name = text[start.._at];
        return new Token(name is "in" or "true" or "false" or "null" ? TokenKind.Sign : TokenKind.Identifier, start, name);
    }

    private Token Number()
    {
        var start = _at;
        if (text[_at] == '0' && Peek(1) is 'x' or 'X' && char.IsAsciiHexDigit(Peek(2)))
        {
            _at += 2;
            while (char.IsAsciiHexDigit(Peek(0)))
                _at++;
            return Whole(start);
        }

        Digits();
        var isDouble = false;
        if (Peek(0) == '.' && char.IsAsciiDigit(Peek(1)))
        {
            isDouble = true;
            _at++;
            Digits();
        }

        if (Peek(0) is 'e' or 'E' && (char.IsAsciiDigit(Peek(1)) || (Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2)))))
        {
            isDouble = true;
            _at += 2;
            Digits();
        }

        return isDouble ? new Token(TokenKind.Double, start, text[start.._at]) : Whole(start);
    }

    private Token Whole(int start)
    {
        if (Peek(0) is 'u' or 'U')
        {
            _at++;
            return new Token(TokenKind.Uint, start, text[start.._at]);
        }

        return new Token(TokenKind.Int, start, text[start.._at]);
    }

    private void Digits()
    {
        while (char.IsAsciiDigit(Peek(0)))
            _at++;
    }
}
