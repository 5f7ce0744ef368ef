namespace LiteKube.Cel;

/// <summary>Makes steps of a checked expression.</summary>
internal sealed class Planner(Checker checker)
{
    private int _slots;

    public Node Plan(Expr expression)
    {
        switch (expression)
        {
            case LiteralExpr literal:
                return new ConstantNode(literal.Value);
            case IdentExpr ident:
                return Name(ident.Declaration!);
            case SelectExpr { Declaration: { } declaration }:
                return Name(declaration);
            case SelectExpr { IsTest: true } test:
                return new HasNode(Plan(test.Operand), test.Field);
            case SelectExpr select:
                return new SelectNode(Plan(select.Operand), select.Field, select.IsOptional);
            case CallExpr call:
                return Call(call);
            case ListExpr list:
                return List(list);
            case MapExpr map:
                return new MapNode([.. map.Entries.Select(e => (Plan(e.Key), Plan(e.Value), e.Optional))]);
            case StructExpr structure:
                return new StructNode(checker.Final(structure.Type), [.. structure.Fields.Select(f => (f.Name, Plan(f.Value), f.Optional))]);
            case FoldExpr fold:
                return Fold(fold);
            case OptionalMapExpr optional:
                var target = Plan(optional.Target);
                var slot = _slots++;
                var body = Plan(optional.Body);
                _slots--;
                return new OptionalMapNode(target, slot, body, optional.Flat);
            default:
                throw new InvalidOperationException($"unknown expression {expression.GetType().Name}");
        }
    }

    private static Node Name(Declaration declaration)
    {
        if (declaration.Value is not null)
            return new ConstantNode(declaration.Value);
        return declaration.Slot >= 0 ? new LocalNode(declaration.Slot) : new VariableNode(declaration.Name);
    }

    private Node Call(CallExpr call)
    {
        Node[] arguments = [.. (call.Target is null ? call.Arguments : [call.Target, .. call.Arguments]).Select(Plan)];
        return call.Function switch
        {
            "_&&_" => new AndNode(arguments[0], arguments[1]),
            "_||_" => new OrNode(arguments[0], arguments[1]),
            "_?_:_" => new ConditionalNode(arguments[0], arguments[1], arguments[2]),
            "_[_]" => new IndexNode(arguments[0], arguments[1], false),
            "_[?_]" => new IndexNode(arguments[0], arguments[1], true),
            "or" when call.Overloads is [{ Id: "optional_or_optional" }] => new OptionalOrNode(arguments[0], arguments[1], false),
            "orValue" when call.Overloads is [{ Id: "optional_orValue_value" }] => new OptionalOrNode(arguments[0], arguments[1], true),
            "matches" when arguments is [_, ConstantNode { Value: StringValue pattern }] && Re2.Compile(pattern.Value) is { Regex: { } regex } => new MatchesNode(arguments[0], regex, pattern.Size),
            _ => new CallNode(call.Overloads, arguments),
        };
    }

    private Node List(ListExpr list)
    {
        Node[] elements = [.. list.Elements.Select(Plan)];
        if (elements.All(e => e is ConstantNode) && !list.Optional.Contains(true))
            return new ConstantNode(new MadeList([.. elements.Select(e => ((ConstantNode)e).Value)]));
        return new ListNode(elements, list.Optional);
    }

    private FoldNode Fold(FoldExpr fold)
    {
        var range = Plan(fold.Range);
        var slot = _slots;
        _slots += fold.Second is null ? 1 : 2;
        var predicate = fold.Predicate is null ? null : Plan(fold.Predicate);
        var transform = fold.Transform is null ? null : Plan(fold.Transform);
        _slots = slot;
        return new FoldNode(fold.Kind, range, slot, fold.Second is not null, predicate, transform);
    }
}
