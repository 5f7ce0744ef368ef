namespace LiteKube.Cel;

/// <summary>
/// The most that an expression can cost, from the sizes its types allow. What has no limit counts as endless, so that the sum is
/// <see cref="long.MaxValue"/>. Both branches of logic are counted, of a conditional the dearer one. The result's greatest size is followed
/// through the functions that keep or shrink it; others give their type's.
/// </summary>
internal sealed class CostEstimate
{
    private const long Endless = long.MaxValue;

    private readonly Dictionary<string, List<long>> _sizes = new(StringComparer.Ordinal);

    private readonly record struct Estimate(long Cost, long Size);

    public static long Of(Expr expression) => new CostEstimate().Visit(expression).Cost;

    private Estimate Visit(Expr expression) => expression switch
    {
        LiteralExpr literal => new Estimate(0, literal.Value.Size),
        IdentExpr ident => new Estimate(1, LocalSize(ident) ?? SizeOf(ident.Type)),
        SelectExpr { Declaration: not null } select => new Estimate(1, SizeOf(select.Type)),
        SelectExpr select => new Estimate(Add(Visit(select.Operand).Cost, select.IsTest ? 0 : 1), SizeOf(select.Type)),
        CallExpr call => Call(call),
        ListExpr list => new Estimate(Add(10, Sum(list.Elements)), list.Elements.Length),
        MapExpr map => new Estimate(Add(30, Sum(Children.Of(map))), map.Entries.Length),
        StructExpr structure => new Estimate(Add(40, Sum(Children.Of(structure))), structure.Fields.Length),
        FoldExpr fold => Fold(fold),
        _ => new Estimate(Add(2, Sum(Children.Of(expression))), SizeOf(expression.Type)),
    };

    private static long SizeOf(CelType type) => type.Kind switch
    {
        CelKind.String or CelKind.Bytes or CelKind.List or CelKind.Map => type.MaxSize ?? Endless,
        CelKind.Dyn or CelKind.Object or CelKind.Opaque or CelKind.Optional or CelKind.TypeParam => type.MaxSize ?? Endless,
        _ => 1,
    };

    private long? LocalSize(IdentExpr ident) =>
        ident.Declaration?.Slot >= 0 && _sizes.TryGetValue(ident.Name, out var sizes) && sizes.Count > 0 ? sizes[^1] : null;

    private long Sum(IEnumerable<Expr> expressions) => expressions.Aggregate(0L, (sum, e) => Add(sum, Visit(e).Cost));

    private Estimate Fold(FoldExpr fold)
    {
        var range = Visit(fold.Range);
        var element = SizeOf(fold.Range.Type.Kind switch
        {
            CelKind.List or CelKind.Map => fold.Range.Type.Parameters[0],
            _ => CelType.Dyn,
        });
        var value = fold.Range.Type.Kind == CelKind.List ? element : fold.Range.Type.Kind == CelKind.Map ? SizeOf(fold.Range.Type.Parameters[1]) : Endless;
        Enter(fold.Variable, fold.Second is null ? element : 1);
        if (fold.Second is not null)
            Enter(fold.Second, value);
        var turn = fold.Kind switch { FoldKind.All => 3, FoldKind.Exists => 4, FoldKind.ExistsOne => 2, FoldKind.List or FoldKind.Sort => 12, _ => 3 };
        var body = Add(turn, Add(fold.Predicate is null ? 0 : Visit(fold.Predicate).Cost, fold.Transform is null ? 0 : Visit(fold.Transform).Cost));
        Leave(fold.Variable);
        if (fold.Second is not null)
            Leave(fold.Second);
        return new Estimate(Add(Add(range.Cost, 1 + (fold.Kind >= FoldKind.List ? 30 : 2)), Multiply(range.Size, body)), fold.Kind >= FoldKind.List ? range.Size : 1);
    }

    private void Enter(string name, long size)
    {
        if (!_sizes.TryGetValue(name, out var sizes))
            _sizes[name] = sizes = [];
        sizes.Add(size);
    }

    private void Leave(string name) => _sizes[name].RemoveAt(_sizes[name].Count - 1);

    private Estimate Call(CallExpr call)
    {
        Estimate[] parts = [.. (call.Target is null ? call.Arguments : [call.Target, .. call.Arguments]).Select(Visit)];
        if (call.Function == "_?_:_")
            return new Estimate(Add(parts[0].Cost, Math.Max(parts[1].Cost, parts[2].Cost)), Math.Max(parts[1].Size, parts[2].Size));
        var arguments = parts.Aggregate(0L, (sum, p) => Add(sum, p.Cost));
        var (cost, size) = Invocation(call, [.. parts.Select(p => p.Size)]);
        return new Estimate(Add(arguments, cost), size ?? SizeOf(call.Type));
    }

    // The same rules as in Costs, with greatest sizes for actual ones.
    private static (long Cost, long? Size) Invocation(CallExpr call, long[] sizes) => call.Function switch
    {
        "_&&_" or "_||_" => (0, 1),
        "check" => (350_000, null),
        "startsWith" or "endsWith" or "url" or "isURL" or "ip" or "isIP" or "cidr" or "isCIDR" or "quantity" or "isQuantity" or "semver" or "isSemver" => (Tenth(sizes[0]), null),
        "lowerAscii" or "upperAscii" or "substring" or "trim" or "string" or "bytes" => (Tenth(sizes[0]), sizes[0]),
        "replace" => (Tenth(Multiply(sizes[0], 2)), Multiply(Add(sizes[0], 1), Math.Max(1, sizes[2]))),
        "split" => (Tenth(Multiply(sizes[0], 2)), sizes[0]),
        "reverse" => (Tenth(Multiply(sizes[0], 2)), sizes[0]),
        "join" => (Joined(call, sizes), Joined(call, sizes)),
        "format" => (Tenth(sizes[0]), null),
        "isSorted" or "sum" or "max" or "min" or "indexOf" or "lastIndexOf" => (Visited(call, sizes[0]), null),
        "matches" or "find" or "findAll" => (Multiply(Tenth(Add(sizes[0], 1)), Quarter(sizes[1])), sizes[0]),
        "contains" => (Multiply(Tenth(sizes[0]), Tenth(sizes[1])), 1),
        "@in" when call.Arguments[1].Type.Kind != CelKind.Map => (sizes[1], 1),
        "sets.contains" or "sets.equivalent" or "sets.intersects" => (Multiply(sizes[0], sizes[1]), 1),
        "_==_" or "_!=_" or "_<_" or "_<=_" or "_>_" or "_>=_" => (Math.Max(1, Tenth(Math.Min(sizes[0], sizes[1]))), 1),
        "_+_" when call.Type.Kind is CelKind.String or CelKind.Bytes or CelKind.List or CelKind.Dyn => (Tenth(Add(sizes[0], sizes[1])), Add(sizes[0], sizes[1])),
        _ => (1, null),
    };

    private static long Joined(CallExpr call, long[] sizes) =>
        Tenth(Multiply(sizes[0], Add(call.Target?.Type.Kind == CelKind.List ? SizeOf(call.Target.Type.Parameters[0]) : Endless, sizes.Length > 1 ? sizes[1] : 0)));

    private static long Visited(CallExpr call, long size)
    {
        if (call.Target?.Type is not { Kind: CelKind.List } list)
            return Tenth(size);
        return list.Parameters[0].Kind is CelKind.String or CelKind.Bytes ? Multiply(size, Add(1, Tenth(SizeOf(list.Parameters[0])))) : size;
    }

    private static long Add(long a, long b) => a > Endless - b ? Endless : a + b;

    private static long Multiply(long a, long b) => a != 0 && b > Endless / a ? Endless : a * b;

    private static long Tenth(long size) => size == Endless ? Endless : (size + 9) / 10;

    private static long Quarter(long size) => size == Endless ? Endless : (size + 3) / 4;
}
