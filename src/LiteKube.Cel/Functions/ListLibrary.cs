namespace LiteKube.Cel;

/// <summary>isSorted, sum, min, max, indexOf, lastIndexOf.</summary>
internal static class ListLibrary
{
    private static readonly CelType[] s_ordered = [CelType.Int, CelType.Uint, CelType.Double, CelType.Bool, CelType.Duration, CelType.Timestamp, CelType.String, CelType.Bytes];

    public static void AddTo(FunctionSet functions)
    {
        foreach (var type in s_ordered)
        {
            CelType list = CelType.List(type);
            functions.Member("isSorted", $"list_{type.Name}_is_sorted_bool", [list], CelType.Bool, v => IsSorted((ListValue)v[0]), Costs.VisitList);
            functions.Member("min", $"list_{type.Name}_min", [list], type, v => Extreme((ListValue)v[0], "min", -1), Costs.VisitList);
            functions.Member("max", $"list_{type.Name}_max", [list], type, v => Extreme((ListValue)v[0], "max", 1), Costs.VisitList);
        }

        Sum(functions, CelType.Int, IntValue.Of(0));
        Sum(functions, CelType.Uint, new UintValue(0));
        Sum(functions, CelType.Double, new DoubleValue(0));
        Sum(functions, CelType.Duration, new DurationValue(0));
        functions.Member("indexOf", "list_a_index_of_int", [FunctionSet.ListOfA, FunctionSet.A], CelType.Int, v => IndexOf((ListValue)v[0], v[1], false), Costs.VisitList);
        functions.Member("lastIndexOf", "list_a_last_index_of_int", [FunctionSet.ListOfA, FunctionSet.A], CelType.Int, v => IndexOf((ListValue)v[0], v[1], true), Costs.VisitList);
    }

    private static CelValue IsSorted(ListValue list)
    {
        for (var i = 1; i < list.Count; i++)
        {
            if (Comparison.Of(list[i - 1], list[i]) is not { } order)
                return ErrorValue.NoSuchOverload;
            if (order > 0)
                return BoolValue.False;
        }

        return BoolValue.True;
    }

    private static CelValue Extreme(ListValue list, string function, int sign)
    {
        if (list.Count == 0)
            return new ErrorValue($"{function} called on empty list");
        var result = list[0];
        for (var i = 1; i < list.Count; i++)
        {
            if (Comparison.Of(list[i], result) is not { } order)
                return ErrorValue.NoSuchOverload;
            if (order * sign > 0)
                result = list[i];
        }

        return result;
    }

    private static void Sum(FunctionSet functions, CelType type, CelValue zero) =>
        functions.Member("sum", $"list_{type.Name}_sum_{type.Name}", [CelType.List(type)], type, v => Total((ListValue)v[0], zero), Costs.VisitList);

    private static CelValue Total(ListValue list, CelValue zero)
    {
        // The elements say what they are: a list of dyn fits every overload.
        var result = list.Count > 0 ? list[0] : zero;
        for (var i = 1; i < list.Count && result is not ErrorValue; i++)
            result = Arithmetic.Plus(result, list[i]);
        return result.Kind is CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.Duration or CelKind.Error ? result : ErrorValue.NoSuchOverload;
    }

    private static IntValue IndexOf(ListValue list, CelValue value, bool last)
    {
        for (var i = 0; i < list.Count; i++)
        {
            var at = last ? list.Count - 1 - i : i;
            if (Equality.AreEqual(list[at], value))
                return IntValue.Of(at);
        }

        return IntValue.Of(-1);
    }
}
