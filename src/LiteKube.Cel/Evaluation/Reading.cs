namespace LiteKube.Cel;

/// <summary>Finds the variables that an expression reads.</summary>
internal static class Reading
{
    public static bool Finds(Expr? expression, string variable) => expression switch
    {
        null => false,
        IdentExpr ident => ident.Declaration is { Slot: -1 } declaration && declaration.Name == variable,
        SelectExpr { Declaration: { } declaration } => declaration.Name == variable,
        _ => Children.Of(expression).Any(child => Finds(child, variable)),
    };
}

/// <summary>The direct parts of an expression.</summary>
internal static class Children
{
    public static IEnumerable<Expr> Of(Expr expression) => expression switch
    {
        SelectExpr select => [select.Operand],
        CallExpr { Target: { } target } call => [target, .. call.Arguments],
        CallExpr call => call.Arguments,
        ListExpr list => list.Elements,
        MapExpr map => map.Entries.SelectMany(e => new[] { e.Key, e.Value }),
        StructExpr structure => structure.Fields.Select(f => f.Value),
        FoldExpr fold => new[] { fold.Range, fold.Predicate, fold.Transform }.OfType<Expr>(),
        OptionalMapExpr optional => [optional.Target, optional.Body],
        _ => [],
    };
}
