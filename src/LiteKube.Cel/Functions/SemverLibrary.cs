namespace LiteKube.Cel;

/// <summary>semver, isSemver, major, minor, patch and the order of versions.</summary>
internal static class SemverLibrary
{
    public static void AddTo(FunctionSet functions)
    {
        CelType semver = SemverValue.SemverType;
        functions.Global("semver", "string_to_semver", [CelType.String], semver, v => Parse(v[0], false), Costs.Traverse);
        functions.Global("semver", "string_bool_to_semver", [CelType.String, CelType.Bool], semver, v => Parse(v[0], ((BoolValue)v[1]).Value), Costs.Traverse);
        functions.Global("isSemver", "is_semver_string", [CelType.String], CelType.Bool, v => BoolValue.Of(Parse(v[0], false) is SemverValue), Costs.Traverse);
        functions.Global("isSemver", "is_semver_string_bool", [CelType.String, CelType.Bool], CelType.Bool, v => BoolValue.Of(Parse(v[0], ((BoolValue)v[1]).Value) is SemverValue), Costs.Traverse);
        functions.Member("major", "semver_major", [semver], CelType.Int, v => IntValue.Of((long)((SemverValue)v[0]).Major));
        functions.Member("minor", "semver_minor", [semver], CelType.Int, v => IntValue.Of((long)((SemverValue)v[0]).Minor));
        functions.Member("patch", "semver_patch", [semver], CelType.Int, v => IntValue.Of((long)((SemverValue)v[0]).Patch));
        functions.Member("isGreaterThan", "semver_is_greater_than", [semver, semver], CelType.Bool, v => BoolValue.Of(Compare(v) > 0));
        functions.Member("isLessThan", "semver_is_less_than", [semver, semver], CelType.Bool, v => BoolValue.Of(Compare(v) < 0));
        functions.Member("compareTo", "semver_compare_to", [semver, semver], CelType.Int, v => IntValue.Of(Compare(v)));
    }

    private static int Compare(CelValue[] values) => ((SemverValue)values[0]).CompareTo((SemverValue)values[1]);

    private static CelValue Parse(CelValue text, bool normalize) => SemverValue.Parse(((StringValue)text).Value, normalize, out var problem) ?? (CelValue)new ErrorValue(problem!);
}
