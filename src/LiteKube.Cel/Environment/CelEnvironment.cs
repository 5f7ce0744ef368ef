using System.Collections.Frozen;
using System.Collections.Immutable;

namespace LiteKube.Cel;

/// <summary>The names that expressions may use: variables, types and functions. Immutable; each With gives a new one that shares the rest.</summary>
public sealed class CelEnvironment
{
    /// <summary>The longest expression, in code points.</summary>
    public const int MaxLength = 100_000;

    private static readonly Lazy<CelEnvironment> s_kubernetes = new(() => new CelEnvironment(Libraries.Kubernetes(), [], []));

    private readonly FrozenDictionary<string, Overload[]> _functions;
    private readonly ImmutableDictionary<string, Declaration> _names;
    private readonly ImmutableList<ICelTypeProvider> _types;

    private CelEnvironment(FrozenDictionary<string, Overload[]> functions, ImmutableDictionary<string, Declaration> names, ImmutableList<ICelTypeProvider> types)
    {
        _functions = functions;
        _names = names;
        _types = types;
    }

    /// <summary>The language with all libraries that Kubernetes v1.36 turns on, and no variables.</summary>
    public static CelEnvironment Kubernetes => s_kubernetes.Value;

    public CelEnvironment WithVariable(string name, CelType type) => new(_functions, _names.SetItem(name, new Declaration(name, type)), _types);

    public CelEnvironment WithTypes(ICelTypeProvider types) => new(_functions, _names, _types.Add(types));

    /// <summary>Whether a variable may be called so: letters, digits and underscores, and no word of the language.</summary>
    public static bool IsIdentifier(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !FieldNames.IsReserved(name);

    /// <summary>Parses and checks an expression.</summary>
    /// <param name="allowed">The types that the result may have; none for any. A result of type dyn is none of the others.</param>
    public CelCompilation Compile(string text, params IReadOnlyList<CelType> allowed)
    {
        var source = new CelSource(text);
        var length = CodePoints.Count(text);
        if (length > MaxLength)
            return new CelCompilation(new CelSource(""), null, [new CelIssue(1, 0, $"expression code point size exceeds limit: size: {length}, limit {MaxLength}")]);
        var issues = new List<CelIssue>();
        Expr expression;
        try
        {
            expression = new Parser(new Lexer(text).Read(), new Macros(Report)).Parse();
        }
        catch (SyntaxException e)
        {
            Report(e.Position, e.Message);
            return Failed();
        }

        if (issues.Count > 0)
            return Failed();
        var checker = new Checker(this, Report);
        var type = checker.Final(checker.Check(expression));
        if (issues.Count > 0)
            return Failed();
        if (allowed.Count > 0 && !allowed.Contains(type))
            return new CelCompilation(source, type, allowed);
        var root = new Planner(checker).Plan(expression);
        return new CelCompilation(source, new CelProgram(text, expression, type, root, checker.Slots), []);

        CelCompilation Failed() => new(source, null, [.. issues.OrderBy(i => i.Line).ThenBy(i => i.Column)]);

        void Report(int position, string message)
        {
            var (line, column) = source.PlaceOf(position);
            if (issues.Count < 100)
                issues.Add(new CelIssue(line, column, message));
        }
    }

    internal Declaration? FindName(string name)
    {
        if (_names.TryGetValue(name, out var declaration))
            return declaration;
        return TypeNames.Find(name) is { } type ? new Declaration(name, CelType.TypeOf(type)) { Value = new TypeValue(type) }
            : FindType(name) is { } provided ? new Declaration(name, CelType.TypeOf(provided)) { Value = new TypeValue(provided) }
            : null;
    }

    internal IReadOnlyList<Overload>? FindFunction(string name) => _functions.GetValueOrDefault(name);

    internal CelType? FindType(string name)
    {
        foreach (var provider in _types)
        {
            if (provider.Find(name) is { } type)
                return type;
        }

        return null;
    }
}
