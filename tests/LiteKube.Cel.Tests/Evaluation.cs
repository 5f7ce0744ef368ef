using System.Text.Json.Nodes;

namespace LiteKube.Cel.Tests;

/// <summary>Compiles and runs expressions for the tests.</summary>
internal static class Evaluation
{
    private static readonly CelEnvironment s_environment = CelEnvironment.Kubernetes
        .WithVariable("x", CelType.Dyn)
        .WithVariable("y", CelType.Dyn)
        .WithVariable("n", CelType.Int)
        .WithVariable("s", CelType.String)
        .WithVariable("a.b", CelType.Int)
        .WithVariable("object", CelType.Dyn);

    public static CelEnvironment Environment => s_environment;

    private static CelActivation Activation => new CelActivation()
        .Set("x", CelValue.FromInt(7))
        .Set("y", CelValue.FromJson(JsonNode.Parse("""{"list": [1, 2, 3], "map": {"a": 1, "b-c": 2}, "text": "hällo", "real": 1.5, "none": null}""")))
        .Set("n", CelValue.FromInt(-3))
        .Set("s", CelValue.FromString("text"))
        .Set("a.b", CelValue.FromInt(42))
        .Set("object", CelValue.FromJson(JsonNode.Parse("""{"metadata": {"name": "web", "namespace": "default", "labels": {"app": "web"}}, "spec": {"replicas": 3}}""")));

    public static CelResult Run(string expression, CelBudget? budget = null)
    {
        var compilation = s_environment.Compile(expression);
        Assert.True(compilation.Program is not null, compilation.Message);
        return compilation.Program.Evaluate(Activation, budget);
    }

    /// <summary>The value, which must be one of the expected type, or the failure's text.</summary>
    public static void Expect(string expression, string expected)
    {
        if (expected.StartsWith("error: ", StringComparison.Ordinal))
        {
            Assert.Contains(expected[7..], Run(expression).Error ?? "no error");
            return;
        }

        if (expected.StartsWith("refused: ", StringComparison.Ordinal))
        {
            var compilation = s_environment.Compile(expression);
            Assert.Null(compilation.Program);
            Assert.Contains(expected[9..], compilation.Message, StringComparison.Ordinal);
            return;
        }

        var actual = Run(expression);
        Assert.Null(actual.Error);
        var wanted = Run(expected);
        Assert.Null(wanted.Error);
        Assert.Equal(wanted.Value.Kind, actual.Value.Kind);
        Assert.True(CelValue.AreEqual(wanted.Value, actual.Value), $"{expression} is {Conversions.Text(actual.Value)} and not {expected}");
    }

    /// <summary>A case a line: expression, arrow, what comes of it. Lines that begin with # are comments.</summary>
    public static TheoryData<string, string> Cases(string lines)
    {
        var data = new TheoryData<string, string>();
        foreach (var line in lines.Split('\n').Where(l => l.Length > 0 && !l.StartsWith('#')))
        {
            var parts = line.Split(" => ");
            Assert.True(parts.Length == 2, line);
            data.Add(parts[0].Trim(), parts[1].Trim());
        }

        return data;
    }
}
