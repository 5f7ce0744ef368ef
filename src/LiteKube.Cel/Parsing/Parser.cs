using System.Collections.Frozen;
using System.Globalization;

namespace LiteKube.Cel;

/// <summary>
/// Tokens to a tree, by recursive descent. Macros are expanded here. Nesting is limited, chains of operators are bounded by <see cref="MaxDepth"/>,
/// so that neither this parser nor what walks its tree can exhaust the stack.
/// </summary>
internal sealed class Parser
{
    /// <summary>How deep an expression may nest; that of cel-go.</summary>
    public const int MaxNesting = 250;

    /// <summary>How high the tree may be: long chains as in <c>a + b + c</c> lean to one side.</summary>
    public const int MaxDepth = 1000;

    private const string OperandExpected =
        "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

    private static readonly FrozenSet<string> s_reserved = FrozenSet.ToFrozenSet(
    [
        "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop", "package", "namespace", "null",
        "return", "true", "var", "void", "while",
    ], StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, (int Level, string Function)> s_binary = new Dictionary<string, (int, string)>
    {
        ["<"] = (0, "_<_"), ["<="] = (0, "_<=_"), [">"] = (0, "_>_"), [">="] = (0, "_>=_"), ["=="] = (0, "_==_"), ["!="] = (0, "_!=_"), ["in"] = (0, "@in"),
        ["+"] = (1, "_+_"), ["-"] = (1, "_-_"), ["*"] = (2, "_*_"), ["/"] = (2, "_/_"), ["%"] = (2, "_%_"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly List<Token> _tokens;
    private readonly Macros _macros;
    private int _at;
    private int _nesting;

    public Parser(List<Token> tokens, Macros macros)
    {
        _tokens = tokens;
        _macros = macros;
    }

    private Token Current => _tokens[_at];

    public Expr Parse()
    {
        var result = Expression();
        if (Current.Kind != TokenKind.End)
            throw new SyntaxException(Current.Position, $"Syntax error: extraneous input '{Current}' expecting <EOF>");
        return result;
    }

    private Expr Expression()
    {
        if (++_nesting > MaxNesting)
            throw new SyntaxException(Current.Position, $"expression recursion limit exceeded: {MaxNesting}");
        var result = Chain("||", "_||_", static p => p.Chain("&&", "_&&_", static q => q.Binary(0)));
        if (Current.Is("?"))
        {
            var position = Take().Position;
            var whenTrue = Chain("||", "_||_", static p => p.Chain("&&", "_&&_", static q => q.Binary(0)));
            Expect(":");
            var whenFalse = Expression();
            result = Bounded(new CallExpr(position, "_?_:_", null, [result, whenTrue, whenFalse]));
        }

        _nesting--;
        return result;
    }

    // Chains of && and || become balanced trees: their order of evaluation does not show.
    private Expr Chain(string sign, string function, Func<Parser, Expr> operand)
    {
        var first = operand(this);
        if (!Current.Is(sign))
            return first;
        List<Expr> operands = [first];
        List<int> positions = [];
        while (Current.Is(sign))
        {
            positions.Add(Take().Position);
            operands.Add(operand(this));
        }

        return Balance(0, operands.Count);

        Expr Balance(int low, int high)
        {
            if (high - low == 1)
                return operands[low];
            var middle = (low + high) / 2;
            return Bounded(new CallExpr(positions[middle - 1], function, null, [Balance(low, middle), Balance(middle, high)]));
        }
    }

    private Expr Binary(int level)
    {
        if (level > 2)
            return Unary();
        var left = Binary(level + 1);
        while (Current.Kind == TokenKind.Sign && s_binary.TryGetValue(Current.Text, out var binary) && binary.Level == level)
        {
            var position = Take().Position;
            left = Bounded(new CallExpr(position, binary.Function, null, [left, Binary(level + 1)]));
        }

        return left;
    }

    private Expr Unary()
    {
        if (Current.Is("!"))
        {
            var position = Current.Position;
            var odd = Count("!") % 2 == 1;
            var operand = Member();
            return odd ? Bounded(new CallExpr(position, "!_", null, [operand])) : operand;
        }

        if (Current.Is("-"))
        {
            var position = Current.Position;
            var count = Count("-");
            // The last sign belongs to a number that follows it: the least int has no positive counterpart.
            if (Current.Kind is TokenKind.Int or TokenKind.Double)
            {
                _at--;
                count--;
            }

            var operand = Member();
            return count % 2 == 1 ? Bounded(new CallExpr(position, "-_", null, [operand])) : operand;
        }

        return Member();
    }

    private int Count(string sign)
    {
        var count = 0;
        for (; Current.Is(sign); _at++)
            count++;
        return count;
    }

    private Expr Member()
    {
        var result = Primary();
        while (true)
        {
            var position = Current.Position;
            if (Current.Is("."))
            {
                _at++;
                var optional = Current.Is("?");
                if (optional)
                    _at++;
                var name = Selector();
                if (!optional && Current.Is("("))
                    result = Call(Current.Position, name.Text, result);
                else
                    result = new SelectExpr(position, result, name.Text, false, optional);
            }
            else if (Current.Is("["))
            {
                _at++;
                var optional = Current.Is("?");
                if (optional)
                    _at++;
                var index = Expression();
                Expect("]");
                result = new CallExpr(position, optional ? "_[?_]" : "_[_]", null, [result, index]);
            }
            else if (Current.Is("{") && QualifiedName(result) is { } typeName)
            {
                result = Struct(typeName);
            }
            else
            {
                return result;
            }

            Bounded(result);
        }
    }

    private Expr Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Int or TokenKind.Uint or TokenKind.Double or TokenKind.String or TokenKind.Bytes:
                _at++;
                return new LiteralExpr(token.Position, Value(token, ""));
            case TokenKind.Identifier:
                return Name("");
            case TokenKind.Sign:
                switch (token.Text)
                {
                    case "-" when _tokens[_at + 1].Kind is TokenKind.Int or TokenKind.Double:
                        _at += 2;
                        return new LiteralExpr(token.Position, Value(_tokens[_at - 1], "-"));
                    case "." when _tokens[_at + 1].Kind == TokenKind.Identifier:
                        _at++;
                        return Name(".");
                    case "true" or "false":
                        _at++;
                        return new LiteralExpr(token.Position, BoolValue.Of(token.Text == "true"));
                    case "null":
                        _at++;
                        return new LiteralExpr(token.Position, NullValue.Instance);
                    case "(":
                        _at++;
                        var inner = Expression();
                        Expect(")");
                        return inner;
                    case "[":
                        return List();
                    case "{":
                        return Map();
                }

                break;
        }

        throw new SyntaxException(token.Position, $"Syntax error: mismatched input '{token}' expecting {OperandExpected}");
    }

    private Expr Name(string dot)
    {
        var token = Take();
        if (s_reserved.Contains(token.Text))
            throw new SyntaxException(token.Position, $"reserved identifier: {token.Text}");
        return Current.Is("(") ? Call(Current.Position, dot + token.Text, null) : new IdentExpr(token.Position, dot + token.Text);
    }

    private Token Selector()
    {
        if (Current.Kind == TokenKind.Identifier)
            return Take();
        throw new SyntaxException(Current.Position, $"Syntax error: no viable alternative at input '.{Current}'");
    }

    private Expr Call(int position, string function, Expr? target)
    {
        Expect("(");
        var arguments = new List<Expr>();
        while (!Current.Is(")"))
        {
            if (arguments.Count > 0)
                Expect(",");
            arguments.Add(Expression());
        }

        _at++;
        return Bounded(_macros.Expand(position, function, target, arguments) ?? new CallExpr(position, function, target, [.. arguments]));
    }

    private ListExpr List()
    {
        var position = Take().Position;
        List<Expr> elements = [];
        List<bool> optional = [];
        while (!Current.Is("]"))
        {
            optional.Add(TakeIf("?"));
            elements.Add(Expression());
            if (!Current.Is("]"))
                Expect(",");
        }

        _at++;
        return Bounded(new ListExpr(position, [.. elements], [.. optional]));
    }

    private MapExpr Map()
    {
        var position = Take().Position;
        List<MapEntry> entries = [];
        while (!Current.Is("}"))
        {
            var optional = TakeIf("?");
            var key = Expression();
            Expect(":");
            entries.Add(new MapEntry(key, Expression(), optional));
            if (!Current.Is("}"))
                Expect(",");
        }

        _at++;
        return Bounded(new MapExpr(position, [.. entries]));
    }

    private StructExpr Struct(string typeName)
    {
        var position = Take().Position;
        List<FieldEntry> fields = [];
        while (!Current.Is("}"))
        {
            var optional = TakeIf("?");
            if (Current.Kind != TokenKind.Identifier)
                throw new SyntaxException(Current.Position, $"Syntax error: mismatched input '{Current}' expecting {{'}}', ',', '?', IDENTIFIER}}");
            var name = Take();
            Expect(":");
            fields.Add(new FieldEntry(name.Position, name.Text, Expression(), optional));
            if (!Current.Is("}"))
                Expect(",");
        }

        _at++;
        return Bounded(new StructExpr(position, typeName, [.. fields]));
    }

    /// <summary>The dotted name that an expression is; null for any other expression.</summary>
    internal static string? QualifiedName(Expr expression) => expression switch
    {
        IdentExpr ident => ident.Name,
        SelectExpr { IsTest: false, IsOptional: false } select when QualifiedName(select.Operand) is { } operand => $"{operand}.{select.Field}",
        _ => null,
    };

    private static CelValue Value(Token token, string sign)
    {
        if (token.Value is { } value)
            return value;
        var text = sign + token.Text;
        switch (token.Kind)
        {
            case TokenKind.Int:
                return NumberText.TryInt(text, out var number) ? IntValue.Of(number) : throw new SyntaxException(token.Position, "invalid int literal");
            case TokenKind.Uint:
                return NumberText.TryUint(text[..^1], out var natural) ? new UintValue(natural) : throw new SyntaxException(token.Position, "invalid uint literal");
            default:
                var real = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
                return double.IsFinite(real) ? new DoubleValue(real) : throw new SyntaxException(token.Position, "invalid double literal");
        }
    }

    private T Bounded<T>(T expression) where T : Expr => expression.Depth > MaxDepth
        ? throw new SyntaxException(expression.Position, $"expression recursion limit exceeded: {MaxDepth}")
        : expression;

    private Token Take() => _tokens[_at++];

    private bool TakeIf(string sign)
    {
        if (!Current.Is(sign))
            return false;
        _at++;
        return true;
    }

    private void Expect(string sign)
    {
        if (!Current.Is(sign))
            throw new SyntaxException(Current.Position, $"Syntax error: mismatched input '{Current}' expecting '{sign}'");
        _at++;
    }
}
