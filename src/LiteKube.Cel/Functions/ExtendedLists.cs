namespace LiteKube.Cel;

/// <summary>The lists extension: slice, flatten, distinct, reverse, sort, first, last, lists.range. sortBy is a macro.</summary>
internal static class ExtendedLists
{
    private const long MostElements = 1_000_000;

    public static void AddTo(FunctionSet functions)
    {
        CelType list = FunctionSet.ListOfA;
        CelType a = FunctionSet.A;
        functions.Member("slice", "list_slice", [list, CelType.Int, CelType.Int], list, v => Slice((ListValue)v[0], ((IntValue)v[1]).Value, ((IntValue)v[2]).Value), Costs.VisitList);
        functions.Member("flatten", "list_flatten", [CelType.List(list)], list, v => Flatten((ListValue)v[0], 1), Costs.WriteResult);
        functions.Member("flatten", "list_flatten_int", [CelType.List(CelType.Dyn), CelType.Int], CelType.List(CelType.Dyn), v => Flatten((ListValue)v[0], ((IntValue)v[1]).Value), Costs.WriteResult);
        functions.Member("distinct", "list_distinct", [list], list, v => new MadeList([.. Equality.Items((ListValue)v[0]).Distinct(Equality.Comparer)]), Costs.VisitList);
        functions.Member("reverse", "list_reverse", [list], list, v => new MadeList([.. Equality.Items((ListValue)v[0]).Reverse()]), Costs.VisitList);
        functions.Member("first", "list_first", [list], CelType.Optional(a), v => v[0] is ListValue { Count: > 0 } items ? OptionalValue.Of(items[0]) : OptionalValue.None);
        functions.Member("last", "list_last", [list], CelType.Optional(a), v => v[0] is ListValue { Count: > 0 } items ? OptionalValue.Of(items[items.Count - 1]) : OptionalValue.None);
        functions.Global("lists.range", "lists_range", [CelType.Int], CelType.List(CelType.Int), v => Range(((IntValue)v[0]).Value), (_, result) => Math.Max(1, result.Size));
        foreach (var type in new[] { CelType.Int, CelType.Uint, CelType.Double, CelType.Bool, CelType.Duration, CelType.Timestamp, CelType.String, CelType.Bytes })
        {
            functions.Member("sort", $"list_{type.Name}_sort", [CelType.List(type)], CelType.List(type),
                v => Sorted([.. Equality.Items((ListValue)v[0]).Select(i => (i, i))]), (v, r) => 10 * Costs.VisitList(v, r));
        }
    }

    /// <summary>The values in the order of their keys.</summary>
    public static CelValue Sorted(List<(CelValue Key, CelValue Value)> pairs)
    {
        for (var i = 1; i < pairs.Count; i++)
        {
            if (pairs[i].Key.Kind != pairs[0].Key.Kind)
                return new ErrorValue("list elements must have the same type");
            if (Comparison.Of(pairs[i - 1].Key, pairs[i].Key) is null && pairs[i].Key is not DoubleValue)
                return new ErrorValue("list elements must be comparable");
        }

        // OrderBy keeps equals in place.
        return new MadeList([.. pairs.OrderBy(p => p.Key, Comparer<CelValue>.Create((x, y) => Comparison.Of(x, y) ?? 0)).Select(p => p.Value)]);
    }

    private static CelValue Slice(ListValue list, long start, long end)
    {
        if (start < 0 || end < 0)
            return new ErrorValue($"cannot slice({start}, {end}), negative indexes not supported");
        if (start > end)
            return new ErrorValue($"cannot slice({start}, {end}), start index must be less than or equal to end index");
        return end > list.Count
            ? new ErrorValue($"cannot slice({start}, {end}), list is length {list.Count}")
            : new MadeList([.. Enumerable.Range((int)start, (int)(end - start)).Select(i => list[i])]);
    }

    private static CelValue Flatten(ListValue list, long depth)
    {
        if (depth < 0)
            return new ErrorValue("level must be non-negative");
        var result = new List<CelValue>();
        Add(list, depth);
        return new MadeList(result);

        void Add(ListValue from, long levels)
        {
            foreach (var item in Equality.Items(from))
            {
                if (item is ListValue inner && levels > 0)
                    Add(inner, levels - 1);
                else
                    result.Add(item);
            }
        }
    }

    private static CelValue Range(long count)
    {
        if (count is < 0 or > MostElements)
            return new ErrorValue(count < 0 ? "lists.range: size must be non-negative" : "lists.range: size is too large");
        return new MadeList([.. Enumerable.Range(0, (int)count).Select(i => IntValue.Of(i))]);
    }
}
