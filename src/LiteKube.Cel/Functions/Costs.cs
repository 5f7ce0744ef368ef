namespace LiteKube.Cel;

/// <summary>What calls cost: the factors of cel-go and the rules that Kubernetes adds for its libraries.</summary>
internal static class Costs
{
    private const double Traversal = 0.1;
    private const double RegexLength = 0.25;

    public static long One(CelValue[] arguments, CelValue result) => 1;

    public static long Of(double size) => (long)Math.Ceiling(size * Traversal);

    /// <summary>Reading the first argument once.</summary>
    public static long Traverse(CelValue[] arguments, CelValue result) => Of(arguments[0].Size);

    /// <summary>Reading the first argument and writing a result of about its size.</summary>
    public static long Rewrite(CelValue[] arguments, CelValue result) => Of(arguments[0].Size * 2.0);

    public static long WriteResult(CelValue[] arguments, CelValue result) => Of(result.Size * 2.0);

    /// <summary>Comparing two values up to the end of the shorter.</summary>
    public static long Compare(CelValue[] arguments, CelValue result) => Of(Math.Min(arguments[0].Size, arguments[1].Size));

    public static long Join(CelValue[] arguments, CelValue result) => Of((double)arguments[0].Size + arguments[1].Size);

    /// <summary>
    /// Lists are copied when they are added, so that costs by their length. cel-go counts 1 and copies nothing; the difference shows from a hundred elements on.
    /// </summary>
    public static long JoinLists(CelValue[] arguments, CelValue result) => Math.Max(1, Of((double)arguments[0].Size + arguments[1].Size));

    public static long InList(CelValue[] arguments, CelValue result) => arguments[1].Size;

    public static long Contains(CelValue[] arguments, CelValue result) => Of(arguments[0].Size) * Of(arguments[1].Size);

    public static long Match(long textSize, long patternSize) => Of(1.0 + textSize) * (long)Math.Ceiling(patternSize * RegexLength);

    public static long Match(CelValue[] arguments, CelValue result) => Match(arguments[0].Size, arguments[1].Size);

    /// <summary>Visiting every element of a list, and of a list of texts every text.</summary>
    public static long VisitList(CelValue[] arguments, CelValue result)
    {
        if (arguments[0] is not ListValue list)
            return Of(arguments[0].Size);
        // Kubernetes takes the first element for all of them.
        return list.Count > 0 && list[0] is StringValue or BytesValue ? Math.Max(list.Count, list.Count * Of(list[0].Size)) : list.Count;
    }

    /// <summary>Comparing every element of one list with every element of the other.</summary>
    public static long Cross(CelValue[] arguments, CelValue result) => Math.Max(1, arguments[0].Size) * Math.Max(1, arguments[1].Size) + 1;

    /// <summary>A call to the authorizer: two of them fit into what one expression may cost.</summary>
    public static long Authorization(CelValue[] arguments, CelValue result) => 350_000;
}
