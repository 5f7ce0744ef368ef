namespace LiteKube.Cel;

/// <summary>format.dns1123Label() and the other named formats, and validate.</summary>
internal static class FormatLibrary
{
    private static readonly CelType s_format = CelType.Opaque("kubernetes.NamedFormat");

    public static void AddTo(FunctionSet functions)
    {
        var formats = NamedFormats.All.ToDictionary(f => f.Name, f => new FormatValue(f.Name, f.Problems), StringComparer.Ordinal);
        foreach (var format in formats.Values)
            functions.Global($"format.{format.Name}", $"format.{format.Name}", [], s_format, _ => format);
        functions.Global("format.named", "format-named", [CelType.String], CelType.Optional(s_format),
            v => formats.TryGetValue(((StringValue)v[0]).Value, out var format) ? OptionalValue.Of(format) : OptionalValue.None);
        functions.Member("validate", "format-validate", [s_format, CelType.String], CelType.Optional(CelType.List(CelType.String)), Validate, (v, _) => Costs.Match(v[1].Size, 60));
    }

    private static OptionalValue Validate(CelValue[] values)
    {
        var problems = ((FormatValue)values[0]).Problems(((StringValue)values[1]).Value);
        return problems.Count == 0 ? OptionalValue.None : OptionalValue.Of(new MadeList([.. problems.Select(p => new StringValue(p))]));
    }

    private sealed class FormatValue(string name, Func<string, IReadOnlyList<string>> problems) : OpaqueValue(s_format)
    {
        public string Name => name;

        public Func<string, IReadOnlyList<string>> Problems => problems;

        protected internal override bool EqualTo(OpaqueValue other) => other is FormatValue format && format.Name == name;
    }
}
