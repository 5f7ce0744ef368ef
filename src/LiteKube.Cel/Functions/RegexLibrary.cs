namespace LiteKube.Cel;

/// <summary>find and findAll.</summary>
internal static class RegexLibrary
{
    public static void AddTo(FunctionSet functions)
    {
        CelType texts = CelType.List(CelType.String);
        functions.Member("find", "string_find_string", [CelType.String, CelType.String], CelType.String, Find, Costs.Match);
        functions.Member("findAll", "string_find_all_string", [CelType.String, CelType.String], texts, v => FindAll(v, -1), Costs.Match);
        functions.Member("findAll", "string_find_all_string_int", [CelType.String, CelType.String, CelType.Int], texts, v => FindAll(v, ((IntValue)v[2]).Value), Costs.Match);
    }

    private static CelValue Find(CelValue[] values)
    {
        var pattern = Re2.Compile(((StringValue)values[1]).Value);
        return pattern.Regex is null ? Illegal(pattern) : new StringValue(pattern.Regex.Match(((StringValue)values[0]).Value).Value);
    }

    private static CelValue FindAll(CelValue[] values, long limit)
    {
        var pattern = Re2.Compile(((StringValue)values[1]).Value);
        if (pattern.Regex is null)
            return Illegal(pattern);
        var text = ((StringValue)values[0]).Value;
        var found = new List<CelValue>();
        foreach (var match in pattern.Regex.EnumerateMatches(text))
        {
            if (limit >= 0 && found.Count >= limit)
                break;
            found.Add(new StringValue(text.Substring(match.Index, match.Length)));
        }

        return new MadeList(found);
    }

    private static ErrorValue Illegal(Re2 pattern) => new($"Illegal regex: {pattern.Problem}");
}
