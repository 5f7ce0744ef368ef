namespace LiteKube.Cel;

/// <summary>contains, startsWith, endsWith, matches.</summary>
internal static class StandardStrings
{
    public static void AddTo(FunctionSet functions)
    {
        Add("contains", "contains_string", (a, b) => a.Contains(b, StringComparison.Ordinal), Costs.Contains);
        Add("startsWith", "starts_with_string", (a, b) => a.StartsWith(b, StringComparison.Ordinal), Costs.Traverse);
        Add("endsWith", "ends_with_string", (a, b) => a.EndsWith(b, StringComparison.Ordinal), Costs.Traverse);
        functions.Global("matches", "matches", [CelType.String, CelType.String], CelType.Bool, Matches, Costs.Match);
        functions.Member("matches", "matches_string", [CelType.String, CelType.String], CelType.Bool, Matches, Costs.Match);

        void Add(string function, string id, Func<string, string, bool> holds, Func<CelValue[], CelValue, long> cost) =>
            functions.Member(function, id, [CelType.String, CelType.String], CelType.Bool, v => BoolValue.Of(holds(((StringValue)v[0]).Value, ((StringValue)v[1]).Value)), cost);
    }

    private static CelValue Matches(CelValue[] values)
    {
        var pattern = Re2.Compile(((StringValue)values[1]).Value);
        return pattern.Regex is null ? new ErrorValue(pattern.Problem!) : BoolValue.Of(pattern.Regex.IsMatch(((StringValue)values[0]).Value));
    }
}
