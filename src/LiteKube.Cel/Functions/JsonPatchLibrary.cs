namespace LiteKube.Cel;

/// <summary>jsonpatch.escapeKey: a key as one step of a JSON pointer.</summary>
internal static class JsonPatchLibrary
{
    public static void AddTo(FunctionSet functions) =>
        functions.Global("jsonpatch.escapeKey", "string_jsonpatch_escapeKey_string", [CelType.String], CelType.String,
            v => new StringValue(((StringValue)v[0]).Value.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)), Costs.Rewrite);
}
