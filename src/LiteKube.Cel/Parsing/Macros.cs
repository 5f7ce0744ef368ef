namespace LiteKube.Cel;

/// <summary>The macros of the standard, of optional types and of the two-variable comprehensions.</summary>
internal sealed class Macros(Action<int, string> report)
{
    /// <summary>What the call becomes; null where it is a plain call.</summary>
    public Expr? Expand(int position, string function, Expr? target, List<Expr> arguments)
    {
        if (target is null)
            return function == "has" && arguments.Count == 1 ? Has(position, arguments[0]) : null;
        return (function, arguments.Count) switch
        {
            ("all", 2) => One(position, FoldKind.All, target, arguments, arguments[1], null),
            ("exists", 2) => One(position, FoldKind.Exists, target, arguments, arguments[1], null),
            ("exists_one" or "existsOne", 2) => One(position, FoldKind.ExistsOne, target, arguments, arguments[1], null),
            ("filter", 2) => One(position, FoldKind.List, target, arguments, arguments[1], null),
            ("map", 2) => One(position, FoldKind.List, target, arguments, null, arguments[1]),
            ("map", 3) => One(position, FoldKind.List, target, arguments, arguments[1], arguments[2]),
            ("sortBy", 2) => One(position, FoldKind.Sort, target, arguments, null, arguments[1]),
            ("all", 3) => Two(position, FoldKind.All, target, arguments, arguments[2], null),
            ("exists", 3) => Two(position, FoldKind.Exists, target, arguments, arguments[2], null),
            ("exists_one" or "existsOne", 3) => Two(position, FoldKind.ExistsOne, target, arguments, arguments[2], null),
            ("transformList", 3) => Two(position, FoldKind.List, target, arguments, null, arguments[2]),
            ("transformList", 4) => Two(position, FoldKind.List, target, arguments, arguments[2], arguments[3]),
            ("transformMap", 3) => Two(position, FoldKind.Map, target, arguments, null, arguments[2]),
            ("transformMap", 4) => Two(position, FoldKind.Map, target, arguments, arguments[2], arguments[3]),
            ("transformMapEntry", 3) => Two(position, FoldKind.MapEntry, target, arguments, null, arguments[2]),
            ("transformMapEntry", 4) => Two(position, FoldKind.MapEntry, target, arguments, arguments[2], arguments[3]),
            ("optMap", 2) => Optional(position, target, arguments, false),
            ("optFlatMap", 2) => Optional(position, target, arguments, true),
            _ => null,
        };
    }

    private Expr Has(int position, Expr argument)
    {
        if (argument is SelectExpr { IsTest: false, IsOptional: false } select)
            return new SelectExpr(select.Position, select.Operand, select.Field, true, false);
        report(argument.Position, "invalid argument to has() macro");
        return new LiteralExpr(position, BoolValue.False);
    }

    private FoldExpr One(int position, FoldKind kind, Expr range, List<Expr> arguments, Expr? predicate, Expr? transform) =>
        new(position, kind, range, Variable(arguments[0], "argument must be a simple name"), null, predicate, transform);

    private FoldExpr Two(int position, FoldKind kind, Expr range, List<Expr> arguments, Expr? predicate, Expr? transform)
    {
        var first = Variable(arguments[0], "argument must be a simple name");
        var second = Variable(arguments[1], "argument must be a simple name");
        if (first.Length > 0 && first == second)
            report(arguments[1].Position, $"duplicate variable name: {second}");
        return new FoldExpr(position, kind, range, first, second, predicate, transform);
    }

    private OptionalMapExpr Optional(int position, Expr target, List<Expr> arguments, bool flat) =>
        new(position, target, Variable(arguments[0], $"{(flat ? "optFlatMap" : "optMap")}() variable name must be a simple identifier"), arguments[1], flat);

    private string Variable(Expr argument, string otherwise)
    {
        if (argument is IdentExpr ident && !ident.Name.StartsWith('.'))
        {
            if (ident.Name != "__result__")
                return ident.Name;
            report(argument.Position, "iteration variable overwrites accumulator variable");
            return "";
        }

        report(argument.Position, otherwise);
        return "";
    }
}
