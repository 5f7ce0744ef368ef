namespace LiteKube.Cel;

internal sealed class ListNode(Node[] elements, bool[] optional) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var items = new List<CelValue>(elements.Length);
        for (var i = 0; i < elements.Length; i++)
        {
            var value = elements[i].Evaluate(frame);
            if (optional[i] && !Construction.Unwrap(ref value))
                continue;
            if (value is ErrorValue)
                return value;
            items.Add(value);
        }

        frame.Charge(10);
        return new MadeList(items);
    }
}

internal sealed class MapNode((Node Key, Node Value, bool Optional)[] entries) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var result = new Dictionary<CelValue, CelValue>(entries.Length, Equality.Comparer);
        foreach (var entry in entries)
        {
            var key = entry.Key.Evaluate(frame);
            if (key is ErrorValue)
                return key;
            var value = entry.Value.Evaluate(frame);
            if (entry.Optional && !Construction.Unwrap(ref value))
                continue;
            if (value is ErrorValue)
                return value;
            if (key.Kind is not (CelKind.String or CelKind.Int or CelKind.Uint or CelKind.Bool))
                return new ErrorValue($"unsupported key type: {key.Type.Name}");
            if (!result.TryAdd(key, value))
                return new ErrorValue($"Failed with repeated key: {Conversions.Text(key)}");
        }

        frame.Charge(30);
        return new MadeMap(result);
    }
}

internal sealed class StructNode(CelType type, (string Name, Node Value, bool Optional)[] fields) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var result = new Dictionary<string, CelValue>(fields.Length, StringComparer.Ordinal);
        foreach (var field in fields)
        {
            var value = field.Value.Evaluate(frame);
            if (field.Optional && !Construction.Unwrap(ref value))
                continue;
            if (value is ErrorValue)
                return value;
            result[field.Name] = value;
        }

        frame.Charge(40);
        return new ConstructedObject(type, result);
    }
}

internal static class Construction
{
    /// <summary>The value inside an optional; false where there is none. Another value becomes an error.</summary>
    public static bool Unwrap(ref CelValue value)
    {
        switch (value)
        {
            case OptionalValue optional:
                value = optional.Value ?? value;
                return optional.Value is not null;
            case ErrorValue:
                return true;
            default:
                value = new ErrorValue($"cannot initialize optional entry from non-optional value {Conversions.Text(value)}");
                return true;
        }
    }
}
