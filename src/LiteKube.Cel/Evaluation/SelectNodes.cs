namespace LiteKube.Cel;

/// <summary><c>operand.field</c>, and <c>operand.?field</c>.</summary>
internal sealed class SelectNode(Node operand, string field, bool isOptional) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var holder = operand.Evaluate(frame);
        frame.Charge(1);
        if (holder is OptionalValue optional)
        {
            if (optional.Value is null)
                return holder;
            return Access.Field(optional.Value, field) switch
            {
                null => OptionalValue.None,
                ErrorValue error => error,
                OptionalValue inner => inner,
                var value => OptionalValue.Of(value),
            };
        }

        var found = Access.Field(holder, field);
        if (isOptional)
            return found switch { null => OptionalValue.None, ErrorValue error => error, var value => OptionalValue.Of(value) };
        return found ?? new ErrorValue($"no such key: {field}");
    }
}

/// <summary><c>has(operand.field)</c>.</summary>
internal sealed class HasNode(Node operand, string field) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var holder = operand.Evaluate(frame);
        if (holder is OptionalValue optional)
        {
            if (optional.Value is null)
                return BoolValue.False;
            holder = optional.Value;
        }

        return Access.Field(holder, field) switch { null => BoolValue.False, ErrorValue error => error, _ => BoolValue.True };
    }
}

/// <summary><c>operand[index]</c>, and <c>operand[?index]</c>.</summary>
internal sealed class IndexNode(Node operand, Node index, bool isOptional) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var holder = operand.Evaluate(frame);
        var key = index.Evaluate(frame);
        frame.Charge(1);
        if (holder is ErrorValue)
            return holder;
        if (key is ErrorValue)
            return key;
        if (holder is OptionalValue optional)
        {
            if (optional.Value is null)
                return holder;
            return Optional(Access.Item(optional.Value, key));
        }

        var found = Access.Item(holder, key);
        return isOptional ? Optional(found) : found ?? Access.Missing(holder, key);
    }

    private static CelValue Optional(CelValue? found) => found switch
    {
        null => OptionalValue.None,
        ErrorValue error => error,
        OptionalValue inner => inner,
        _ => OptionalValue.Of(found),
    };
}

/// <summary>Reaching into values. Null means that there is nothing there.</summary>
internal static class Access
{
    public static CelValue? Field(CelValue holder, string field) => holder switch
    {
        MapValue map => map.Find(field),
        ErrorValue error => error,
        _ => ErrorValue.NoSuchOverload,
    };

    public static CelValue? Item(CelValue holder, CelValue key)
    {
        switch (holder)
        {
            case MapValue map:
                return key.Kind is CelKind.String or CelKind.Int or CelKind.Uint or CelKind.Bool or CelKind.Double ? map.Find(key) : ErrorValue.NoSuchOverload;
            case ListValue list:
                long index;
                if (key is IntValue number)
                    index = number.Value;
                else if (key is UintValue natural)
                    index = natural.Value <= int.MaxValue ? (long)natural.Value : -1;
                else if (key is DoubleValue real && real.Value == Math.Floor(real.Value))
                    index = real.Value is >= 0 and <= int.MaxValue ? (long)real.Value : -1;
                else
                    return new ErrorValue($"unsupported index type '{key.Type.Name}' in list");
                return index >= 0 && index < list.Count ? list[(int)index] : null;
            default:
                return ErrorValue.NoSuchOverload;
        }
    }

    public static ErrorValue Missing(CelValue holder, CelValue key) =>
        new(holder is ListValue ? $"index out of bounds: {Conversions.Text(key)}" : $"no such key: {Conversions.Text(key)}");
}
