namespace LiteKube.Cel;

/// <summary>
/// Gives every node its type, resolves names and overloads, and reports what cannot be right
/// (https://github.com/google/cel-spec/blob/master/doc/langdef.md#gradual-type-checking).
/// </summary>
internal sealed class Checker(CelEnvironment environment, Action<int, string> report)
{
    private readonly Substitution _types = new();
    private readonly List<Declaration> _locals = [];
    private int _slots;

    /// <summary>How many locals an evaluation needs at most.</summary>
    public int Slots { get; private set; }

    public CelType Check(Expr expression)
    {
        var type = TypeOf(expression);
        expression.Type = type;
        return type;
    }

    /// <summary>The type with nothing left open.</summary>
    public CelType Final(CelType type) => _types.Resolve(type);

    public bool IsAssignable(CelType expected, CelType actual) => _types.Assign([expected], [actual]);

    private CelType TypeOf(Expr expression) => expression switch
    {
        LiteralExpr literal => literal.Value.Type,
        IdentExpr ident => Ident(ident),
        SelectExpr select => Select(select),
        CallExpr call => new CallChecker(this, environment, _types, report).Check(call),
        ListExpr list => List(list),
        MapExpr map => Map(map),
        StructExpr structure => Struct(structure),
        FoldExpr fold => Fold(fold),
        OptionalMapExpr optional => OptionalMap(optional),
        _ => throw new InvalidOperationException($"unknown expression {expression.GetType().Name}"),
    };

    private CelType Ident(IdentExpr ident)
    {
        ident.Declaration = Lookup(ident.Name);
        if (ident.Declaration is not null)
            return ident.Declaration.Type;
        if (ident.Name.Length > 0)
            report(ident.Position, $"undeclared reference to '{ident.Name.TrimStart('.')}' (in container '')");
        return CelType.Error;
    }

    internal Declaration? Lookup(string name)
    {
        if (name.StartsWith('.'))
            return environment.FindName(name[1..]);
        for (var i = _locals.Count - 1; i >= 0; i--)
        {
            if (_locals[i].Name == name)
                return _locals[i];
        }

        return environment.FindName(name);
    }

    private CelType Select(SelectExpr select)
    {
        if (!select.IsTest && !select.IsOptional && Parser.QualifiedName(select) is { } name && !IsLocal(name) && environment.FindName(name.TrimStart('.')) is { } declaration)
        {
            select.Declaration = declaration;
            return declaration.Type;
        }

        var operand = _types.Apply(Check(select.Operand));
        var optional = select.IsOptional || operand.Kind == CelKind.Optional;
        var holder = operand.Kind == CelKind.Optional ? _types.Apply(operand.Parameters[0]) : operand;
        var field = FieldType(select, holder);
        if (select.IsTest)
            return CelType.Bool;
        return optional && field.Kind != CelKind.Error ? CelType.Optional(field.Kind == CelKind.Optional && !select.IsOptional ? field.Parameters[0] : field) : field;
    }

    private bool IsLocal(string qualified)
    {
        var first = qualified[..qualified.IndexOf('.', 1)];
        return _locals.Any(l => l.Name == first);
    }

    private CelType FieldType(SelectExpr select, CelType holder)
    {
        switch (holder.Kind)
        {
            case CelKind.Dyn or CelKind.Error:
                return holder.Kind == CelKind.Error ? CelType.Error : CelType.Dyn;
            case CelKind.TypeParam:
                // Nothing is known of it yet; from here on it is taken to be anything.
                _types.Assign([holder], [CelType.Dyn]);
                return CelType.Dyn;
            case CelKind.Map:
                return holder.Parameters[1];
            case CelKind.Object when holder.Object is null:
                return CelType.Dyn;
            case CelKind.Object:
                if (holder.Object.Field(select.Field) is { } field)
                    return field.Type;
                report(select.Position, $"undefined field '{select.Field}'");
                return CelType.Error;
            default:
                report(select.Position, $"type '{_types.Apply(holder)}' does not support field selection");
                return CelType.Error;
        }
    }

    private CelType List(ListExpr list)
    {
        CelType? element = null;
        for (var i = 0; i < list.Elements.Length; i++)
            element = Join(element, OptionalElement(list.Elements[i], list.Optional[i]), list.Elements[i].Position);
        return CelType.List(element ?? _types.Fresh());
    }

    private CelType OptionalElement(Expr expression, bool optional)
    {
        var type = _types.Apply(Check(expression));
        if (!optional)
            return type;
        var element = _types.Fresh();
        if (_types.Assign([CelType.Optional(element)], [type]))
            return _types.Apply(element);
        report(expression.Position, $"expected type 'optional_type({CelType.Dyn})' but found '{type}'");
        return CelType.Error;
    }

    // The elements of a literal must be of one type (the validator that Kubernetes turns on), save where one is dyn.
    private CelType Join(CelType? known, CelType next, int position)
    {
        if (known is null)
            return next;
        var before = _types.Apply(known);
        if (_types.Assign([known], [next]))
            return next.IsDyn ? next : known;
        if (_types.Assign([next], [known]))
            return next;
        report(position, $"expected type '{before}' but found '{_types.Apply(next)}'");
        return CelType.Dyn;
    }

    private CelType Map(MapExpr map)
    {
        CelType? key = null;
        CelType? value = null;
        foreach (var entry in map.Entries)
        {
            key = Join(key, _types.Apply(Check(entry.Key)), entry.Key.Position);
            value = Join(value, OptionalElement(entry.Value, entry.Optional), entry.Value.Position);
        }

        if (key is not null && _types.Apply(key) is { Kind: not (CelKind.Dyn or CelKind.Error or CelKind.TypeParam or CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.String) } unfit)
            report(map.Entries[0].Key.Position, $"unsupported map key type: {unfit}");
        return CelType.Map(key ?? _types.Fresh(), value ?? _types.Fresh());
    }

    private CelType Struct(StructExpr structure)
    {
        var type = environment.FindType(structure.TypeName.TrimStart('.'));
        if (type?.Object is null)
        {
            report(structure.Position, type is null && environment.FindName(structure.TypeName) is null
                ? $"undeclared reference to '{structure.TypeName}' (in container '')"
                : $"'{structure.TypeName}' is not a message type");
            foreach (var field in structure.Fields)
                Check(field.Value);
            return CelType.Error;
        }

        foreach (var field in structure.Fields)
        {
            var value = OptionalElement(field.Value, field.Optional);
            if (type.Object.Field(field.Name) is not { } declared)
                report(field.Position, $"undefined field '{field.Name}'");
            else if (!_types.Assign([declared.Type], [value]))
                report(field.Position, $"expected type of field '{field.Name}' is '{declared.Type}' but provided type is '{_types.Apply(value)}'");
        }

        return type;
    }

    private CelType Fold(FoldExpr fold)
    {
        var range = _types.Apply(Check(fold.Range));
        CelType key;
        CelType value;
        switch (range.Kind)
        {
            case CelKind.List:
                (key, value) = (CelType.Int, range.Parameters[0]);
                break;
            case CelKind.Map:
                (key, value) = (range.Parameters[0], range.Parameters[1]);
                break;
            case CelKind.Dyn or CelKind.Error or CelKind.TypeParam:
                _types.Assign([CelType.Dyn], [range]);
                (key, value) = (CelType.Dyn, CelType.Dyn);
                break;
            default:
                report(fold.Range.Position, $"expression of type '{range}' cannot be range of a comprehension (must be list, map, or dynamic)");
                (key, value) = (CelType.Error, CelType.Error);
                break;
        }

        // With one variable it is the element of a list and the key of a map.
        var single = range.Kind == CelKind.List ? value : key;
        Enter(fold.Variable, fold.Second is null ? single : key);
        if (fold.Second is not null)
            Enter(fold.Second, value);
        var result = FoldResult(fold, single, key, value);
        Leave(fold.Second is null ? 1 : 2);
        return result;
    }

    private CelType FoldResult(FoldExpr fold, CelType single, CelType key, CelType value)
    {
        if (fold.Predicate is not null)
        {
            var type = Check(fold.Predicate);
            if (!_types.Assign([CelType.Bool], [type]))
                report(fold.Predicate.Position, PredicateFault(fold.Kind, _types.Apply(type)));
        }

        var transformed = fold.Transform is null ? single : _types.Apply(Check(fold.Transform));
        switch (fold.Kind)
        {
            case FoldKind.List:
                return CelType.List(transformed);
            case FoldKind.Sort:
                if (transformed.Kind is not (CelKind.Dyn or CelKind.Error or CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.Bool or CelKind.Duration or CelKind.Timestamp or CelKind.String or CelKind.Bytes))
                    report(fold.Transform!.Position, $"found no matching overload for '@sortByAssociatedKeys' applied to 'list({single}).(list({transformed}))'");
                return CelType.List(single);
            case FoldKind.Map:
                return CelType.Map(key, transformed);
            case FoldKind.MapEntry:
                var entryKey = _types.Fresh();
                var entryValue = _types.Fresh();
                if (!_types.Assign([CelType.Map(entryKey, entryValue)], [transformed]))
                    report(fold.Transform!.Position, $"expected type 'map({CelType.Dyn}, {CelType.Dyn})' but found '{transformed}'");
                return _types.Apply(CelType.Map(entryKey, entryValue));
            default:
                return CelType.Bool;
        }
    }

    // The macros are operators on the predicate, and messages name these operators.
    private static string PredicateFault(FoldKind kind, CelType type) => kind switch
    {
        FoldKind.All => $"found no matching overload for '_&&_' applied to '(bool, {type})'",
        FoldKind.Exists => $"found no matching overload for '_||_' applied to '(bool, {type})'",
        _ => $"found no matching overload for '_?_:_' applied to '({type}, dyn, dyn)'",
    };

    private CelType OptionalMap(OptionalMapExpr optional)
    {
        var target = _types.Apply(Check(optional.Target));
        var inner = _types.Fresh();
        if (!_types.Assign([CelType.Optional(inner)], [target]))
            report(optional.Target.Position, $"found no matching overload for 'hasValue' applied to '{target}.()'");
        Enter(optional.Variable, _types.Apply(inner));
        var body = _types.Apply(Check(optional.Body));
        Leave(1);
        if (!optional.Flat)
            return CelType.Optional(body);
        if (_types.Assign([CelType.Optional(_types.Fresh())], [body]))
            return body;
        report(optional.Body.Position, $"found no matching overload for '_?_:_' applied to '(bool, {body}, optional_type(dyn))'");
        return CelType.Error;
    }

    private void Enter(string name, CelType type)
    {
        _locals.Add(new Declaration(name, type) { Slot = _slots++ });
        Slots = Math.Max(Slots, _slots);
    }

    private void Leave(int count)
    {
        _slots -= count;
        _locals.RemoveRange(_locals.Count - count, count);
    }
}
