namespace LiteKube.Cel;

/// <summary>sets.contains, sets.equivalent, sets.intersects: lists taken as sets.</summary>
internal static class SetLibrary
{
    public static void AddTo(FunctionSet functions)
    {
        Add("contains", "list_sets_contains_list", Contains);
        Add("equivalent", "list_sets_equivalent_list", (a, b) => Contains(a, b) && Contains(b, a));
        Add("intersects", "list_sets_intersects_list", (a, b) => b.Any(a.Contains));

        void Add(string name, string id, Func<HashSet<CelValue>, HashSet<CelValue>, bool> holds) =>
            functions.Global($"sets.{name}", id, [FunctionSet.ListOfA, FunctionSet.ListOfA], CelType.Bool, v => BoolValue.Of(holds(Set(v[0]), Set(v[1]))), Costs.Cross);
    }

    private static bool Contains(HashSet<CelValue> all, HashSet<CelValue> part) => part.All(all.Contains);

    private static HashSet<CelValue> Set(CelValue list) => new(Equality.Items((ListValue)list), Equality.Comparer);
}
