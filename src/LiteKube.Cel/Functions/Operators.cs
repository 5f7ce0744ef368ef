namespace LiteKube.Cel;

/// <summary>Logic, equality, order, membership and size.</summary>
internal static class Operators
{
    private static readonly CelType[] s_ordered = [CelType.Bool, CelType.Int, CelType.Uint, CelType.Double, CelType.String, CelType.Bytes, CelType.Timestamp, CelType.Duration];

    private static readonly CelType[] s_numbers = [CelType.Int, CelType.Uint, CelType.Double];

    public static void AddTo(FunctionSet functions)
    {
        CelType a = FunctionSet.A;
        CelType list = FunctionSet.ListOfA;
        CelType map = FunctionSet.MapOfAB;

        // The planner makes steps of their own for these; only their types are asked for.
        functions.Global("_&&_", "logical_and", [CelType.Bool, CelType.Bool], CelType.Bool, Unreachable);
        functions.Global("_||_", "logical_or", [CelType.Bool, CelType.Bool], CelType.Bool, Unreachable);
        functions.Global("_?_:_", "conditional", [CelType.Bool, a, a], a, Unreachable);
        functions.Global("_[_]", "index_list", [list, CelType.Int], a, Unreachable);
        functions.Global("_[_]", "index_map", [map, FunctionSet.A], FunctionSet.B, Unreachable);
        functions.Global("_[_]", "optional_list_index_int", [CelType.Optional(list), CelType.Int], CelType.Optional(a), Unreachable);
        functions.Global("_[_]", "optional_map_index_value", [CelType.Optional(map), a], CelType.Optional(FunctionSet.B), Unreachable);
        functions.Global("_[?_]", "list_optindex_optional_int", [list, CelType.Int], CelType.Optional(a), Unreachable);
        functions.Global("_[?_]", "map_optindex_optional_value", [map, a], CelType.Optional(FunctionSet.B), Unreachable);
        functions.Global("_[?_]", "optional_list_optindex_optional_int", [CelType.Optional(list), CelType.Int], CelType.Optional(a), Unreachable);
        functions.Global("_[?_]", "optional_map_optindex_optional_value", [CelType.Optional(map), a], CelType.Optional(FunctionSet.B), Unreachable);

        functions.Global("!_", "logical_not", [CelType.Bool], CelType.Bool, v => BoolValue.Of(!((BoolValue)v[0]).Value));
        functions.Global("_==_", "equals", [a, a], CelType.Bool, v => BoolValue.Of(Equality.AreEqual(v[0], v[1])), Costs.Compare);
        functions.Global("_!=_", "not_equals", [a, a], CelType.Bool, v => BoolValue.Of(!Equality.AreEqual(v[0], v[1])), Costs.Compare);
        functions.Global("@in", "in_list", [a, list], CelType.Bool, v => BoolValue.Of(Contains((ListValue)v[1], v[0])), Costs.InList);
        functions.Global("@in", "in_map", [a, map], CelType.Bool, v => BoolValue.Of(((MapValue)v[1]).Find(v[0]) is not null));

        Order(functions, "_<_", "less", c => c < 0);
        Order(functions, "_<=_", "less_equals", c => c <= 0);
        Order(functions, "_>_", "greater", c => c > 0);
        Order(functions, "_>=_", "greater_equals", c => c >= 0);

        foreach (var sized in new[] { CelType.String, CelType.Bytes, list, map })
        {
            functions.Global("size", $"size_{sized.Name}", [sized], CelType.Int, v => IntValue.Of(v[0].Size));
            functions.Member("size", $"{sized.Name}_size", [sized], CelType.Int, v => IntValue.Of(v[0].Size));
        }

        functions.Global("type", "type", [a], CelType.TypeOf(a), v => new TypeValue(v[0].Type));
        functions.Global("dyn", "to_dyn", [a], CelType.Dyn, v => v[0]);
    }

    private static CelValue Unreachable(CelValue[] values) => ErrorValue.NoSuchOverload;

    private static void Order(FunctionSet functions, string function, string id, Func<int, bool> holds)
    {
        foreach (var type in s_ordered)
        {
            var cost = type.Kind is CelKind.String or CelKind.Bytes ? (Func<CelValue[], CelValue, long>)Costs.Compare : Costs.One;
            functions.Global(function, $"{id}_{type.Name}", [type, type], CelType.Bool, Compare, cost);
        }

        foreach (var left in s_numbers)
        {
            foreach (var right in s_numbers.Where(r => r != left))
                functions.Global(function, $"{id}_{left.Name}_{right.Name}", [left, right], CelType.Bool, Compare);
        }

        CelValue Compare(CelValue[] v) => BoolValue.Of(Comparison.Of(v[0], v[1]) is { } order && holds(order));
    }

    private static bool Contains(ListValue list, CelValue value)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (Equality.AreEqual(list[i], value))
                return true;
        }

        return false;
    }
}
