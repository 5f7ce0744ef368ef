namespace LiteKube.Cel;

/// <summary>A node of the parsed expression. The checker writes its findings into the node.</summary>
internal abstract class Expr
{
    protected Expr(int position, int depth)
    {
        Position = position;
        Depth = depth;
    }

    /// <summary>The offset in the text that messages about this node point at.</summary>
    public int Position { get; }

    /// <summary>The height of the tree below, so that nothing that walks the tree can exhaust the stack.</summary>
    public int Depth { get; }

    /// <summary>Set by the checker.</summary>
    public CelType Type { get; set; } = CelType.Dyn;

    protected static int DepthOf(IEnumerable<Expr?> children)
    {
        var depth = 0;
        foreach (var child in children)
            depth = Math.Max(depth, child?.Depth ?? 0);
        return depth + 1;
    }
}

internal sealed class LiteralExpr(int position, CelValue value) : Expr(position, 1)
{
    public CelValue Value { get; } = value;
}

internal sealed class IdentExpr(int position, string name) : Expr(position, 1)
{
    /// <summary>With a leading dot where the text has one: such a name is never a comprehension's variable.</summary>
    public string Name { get; } = name;

    public Declaration? Declaration { get; set; }
}

internal sealed class SelectExpr(int position, Expr operand, string field, bool isTest, bool isOptional) : Expr(position, operand.Depth + 1)
{
    public Expr Operand { get; } = operand;
    public string Field { get; } = field;

    /// <summary><c>has(operand.field)</c>.</summary>
    public bool IsTest { get; } = isTest;

    /// <summary><c>operand.?field</c>.</summary>
    public bool IsOptional { get; } = isOptional;

    /// <summary>Set where the whole chain is one qualified name.</summary>
    public Declaration? Declaration { get; set; }
}

internal sealed class CallExpr(int position, string function, Expr? target, Expr[] arguments) : Expr(position, DepthOf([target, .. arguments]))
{
    public string Function { get; set; } = function;

    /// <summary>The receiver of <c>a.f(b)</c>. The checker removes it where <c>a.f</c> turns out to be a function's qualified name.</summary>
    public Expr? Target { get; set; } = target;

    public Expr[] Arguments { get; } = arguments;

    /// <summary>What the call can mean, set by the checker; the types met at run time choose.</summary>
    public Overload[] Overloads { get; set; } = [];
}

internal sealed class ListExpr(int position, Expr[] elements, bool[] optional) : Expr(position, DepthOf(elements))
{
    public Expr[] Elements { get; } = elements;

    /// <summary><c>[?x]</c>: left out where x is none.</summary>
    public bool[] Optional { get; } = optional;
}

internal readonly record struct MapEntry(Expr Key, Expr Value, bool Optional);

internal sealed class MapExpr(int position, MapEntry[] entries) : Expr(position, DepthOf(entries.SelectMany(e => new[] { e.Key, e.Value })))
{
    public MapEntry[] Entries { get; } = entries;
}

internal readonly record struct FieldEntry(int Position, string Name, Expr Value, bool Optional);

internal sealed class StructExpr(int position, string typeName, FieldEntry[] fields) : Expr(position, DepthOf(fields.Select(f => f.Value)))
{
    public string TypeName { get; } = typeName;
    public FieldEntry[] Fields { get; } = fields;
}

internal enum FoldKind
{
    All,
    Exists,
    ExistsOne,
    List,
    Map,
    MapEntry,
    Sort,
}

/// <summary>What the macros over lists and maps become.</summary>
internal sealed class FoldExpr(int position, FoldKind kind, Expr range, string variable, string? second, Expr? predicate, Expr? transform)
    : Expr(position, DepthOf([range, predicate, transform]) + 2)
{
    public FoldKind Kind { get; } = kind;
    public Expr Range { get; } = range;
    public string Variable { get; } = variable;

    /// <summary>The second variable of the two-variable macros, where the first is the index or key and this the value.</summary>
    public string? Second { get; } = second;

    /// <summary>The condition; null where every element is taken.</summary>
    public Expr? Predicate { get; } = predicate;

    /// <summary>What each element becomes; null where it stays as it is.</summary>
    public Expr? Transform { get; } = transform;
}

/// <summary><c>target.optMap(variable, body)</c> and <c>optFlatMap</c>.</summary>
internal sealed class OptionalMapExpr(int position, Expr target, string variable, Expr body, bool flat) : Expr(position, DepthOf([target, body]) + 2)
{
    public Expr Target { get; } = target;
    public string Variable { get; } = variable;
    public Expr Body { get; } = body;
    public bool Flat { get; } = flat;
}
