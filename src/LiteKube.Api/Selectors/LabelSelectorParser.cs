using LiteKube.Api.Validation;

namespace LiteKube.Api.Selectors;

/// <summary>Reads the query form of a label selector: a list of requirements, all of which must hold.</summary>
internal ref struct LabelSelectorParser
{
    private enum Token
    {
        End,
        Identifier,
        Comma,
        Open,
        Close,
        Not,
        Equal,
        DoubleEqual,
        NotEqual,
        Greater,
        Less,
        Unknown,
    }

    private readonly string _text;
    private int _at;
    private Token _token;
    private string _word;

    public LabelSelectorParser(string text)
    {
        _text = text;
        _word = "";
        Next();
    }

    public LabelMatcher Parse()
    {
        var requirements = new List<LabelRequirement>();
        while (_token != Token.End)
        {
            if (_token is not (Token.Identifier or Token.Not))
                throw Bad($"found '{_word}', expected: !, identifier, or 'end of string'");
            requirements.Add(Requirement());
            if (_token == Token.End)
                break;
            if (_token != Token.Comma)
                throw Bad($"found '{_word}', expected: ',' or 'end of string'");
            Next();
            if (_token is not (Token.Identifier or Token.Not))
                throw Bad($"found '{_word}', expected: identifier after ','");
        }

        return new LabelMatcher([.. requirements]);
    }

    private LabelRequirement Requirement()
    {
        var absent = _token == Token.Not;
        if (absent)
            Next();
        if (_token != Token.Identifier)
            throw Unparsed($"found '{_word}', expected: identifier");
        var key = _word;
        if (NameRules.QualifiedName(key) is { } wrong)
            throw Unparsed($"<nil>: Invalid value: \"{key}\": {wrong}");
        Next();
        if (absent)
            return new LabelRequirement(key, SelectorOperator.DoesNotExist, []);
        if (_token is Token.End or Token.Comma)
            return new LabelRequirement(key, SelectorOperator.Exists, []);

        // "in" and "notin" are words only where an operator is due, so labels of those names work.
        var (@operator, list) = _token switch
        {
            Token.Identifier when _word == "in" => (SelectorOperator.In, true),
            Token.Identifier when _word == "notin" => (SelectorOperator.NotIn, true),
            Token.Equal or Token.DoubleEqual => (SelectorOperator.In, false),
            Token.NotEqual => (SelectorOperator.NotIn, false),
            Token.Greater => (SelectorOperator.GreaterThan, false),
            Token.Less => (SelectorOperator.LessThan, false),
            _ => throw Unparsed($"found '{_word}', expected: in, notin, =, ==, !=, gt, lt"),
        };
        Next();
        var values = list ? Values() : [Value()];
        if (values.Length == 0)
            throw Unparsed("values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty");
        if (@operator is SelectorOperator.GreaterThan or SelectorOperator.LessThan && LabelRequirement.Number(values[0]) is null)
            throw Unparsed($"values[0]: Invalid value: \"{values[0]}\": for 'Gt', 'Lt' operators, the value must be an integer");
        for (var i = 0; i < values.Length; i++)
            if (NameRules.LabelValue(values[i]) is { } invalid)
                throw Unparsed($"values[{i}][{key}]: Invalid value: \"{values[i]}\": {invalid}");
        return new LabelRequirement(key, @operator, values);
    }

    private string Value()
    {
        if (_token is Token.End or Token.Comma)
            return "";
        if (_token != Token.Identifier)
            throw Unparsed($"found '{_word}', expected: identifier");
        var value = _word;
        Next();
        return value;
    }

    private string[] Values()
    {
        if (_token != Token.Open)
            throw Unparsed($"found '{_word}' expected: '('");
        Next();
        var values = new SortedSet<string>(StringComparer.Ordinal);
        if (_token == Token.Close)
        {
            Next();
            return [];
        }

        while (true)
        {
            // An empty place between commas stands for the empty value.
            if (_token == Token.Identifier)
            {
                values.Add(_word);
                Next();
            }
            else if (_token is Token.Comma or Token.Close)
            {
                values.Add("");
            }
            else
            {
                throw Unparsed($"found '{_word}', expected: ',', ')' or identifier");
            }

            if (_token == Token.Close)
            {
                Next();
                return [.. values];
            }

            if (_token != Token.Comma)
                throw Unparsed($"found '{_word}', expected: ',' or ')'");
            Next();
        }
    }

    private void Next()
    {
        while (_at < _text.Length && IsSpace(_text[_at]))
            _at++;
        var start = _at;
        if (start == _text.Length)
        {
            _token = Token.End;
            _word = "";
            return;
        }

        if (!IsSymbol(_text[start]))
        {
            while (_at < _text.Length && !IsSymbol(_text[_at]) && !IsSpace(_text[_at]))
                _at++;
            _token = Token.Identifier;
        }
        else
        {
            _at++;
            if (_text[start] is '=' or '!' && _at < _text.Length && _text[_at] == '=')
                _at++;
            _token = _text.AsSpan(start, _at - start) switch
            {
                "=" => Token.Equal,
                "==" => Token.DoubleEqual,
                "!=" => Token.NotEqual,
                "!" => Token.Not,
                "," => Token.Comma,
                "(" => Token.Open,
                ")" => Token.Close,
                ">" => Token.Greater,
                "<" => Token.Less,
                _ => Token.Unknown,
            };
        }

        _word = _text[start.._at];
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n';

    private static bool IsSymbol(char c) => c is '=' or '!' or '(' or ')' or ',' or '>' or '<';

    private static ApiException Unparsed(string why) => Bad("unable to parse requirement: " + why);

    private static ApiException Bad(string why) => new(StatusReason.BadRequest, why);
}
