using System.Text.Json.Nodes;

namespace LiteKube.Cel.Tests;

/// <summary>Hostile input ends in an error, never in an exhausted stack, memory or machine.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("(", ")", 5000)]
    [InlineData("[", "]", 5000)]
    [InlineData("{'a':", "}", 5000)]
    [InlineData("size(", ")", 5000)]
    [InlineData("true ? 1 : (", ")", 5000)]
    [InlineData("[1].all(e, ", ")", 5000)]
    [InlineData("x[", "]", 5000)]
    public void Deep_nesting_is_refused(string open, string close, int depth) =>
        Assert.Contains("expression recursion limit exceeded: 250", Refused(string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth))));

    [Theory]
    [InlineData("1", " + 1", 5000)]
    [InlineData("x", ".a", 5000)]
    [InlineData("x", "[0]", 5000)]
    [InlineData("x", ".f()", 5000)]
    public void Chains_are_bounded(string first, string next, int length) =>
        Assert.Contains("expression recursion limit exceeded: 1000", Refused(first + string.Concat(Enumerable.Repeat(next, length))));

    [Fact]
    public void Long_logic_is_no_chain() => Assert.True(Evaluation.Run("true" + string.Concat(Enumerable.Repeat(" && true", 5000))).IsTrue);

    [Fact]
    public void Many_signs_count_as_one_or_none()
    {
        Assert.True(Evaluation.Run(new string('!', 10_000) + "true").IsTrue);
        Assert.Equal(1, ((IntValue)Evaluation.Run(new string('-', 10_000) + "1").Value).Value);
    }

    [Fact]
    public void Long_text_is_refused() =>
        Assert.Equal("ERROR: <input>:1:1: expression code point size exceeds limit: size: 100002, limit 100000\n | \n | ^", Refused("'" + new string('a', 100_000) + "'"));

    [Fact]
    public void Loops_end_where_they_cost_too_much()
    {
        var budget = new CelBudget(CelBudget.PerRequest);
        var result = Evaluation.Run("lists.range(2000).all(a, lists.range(2000).all(b, a + b >= 0))", budget);
        Assert.True(result.IsCostExceeded);
        Assert.Equal("operation cancelled: actual cost limit exceeded", result.Error);
        Assert.InRange(result.Cost, CelBudget.PerExpression, CelBudget.PerExpression + 10_000);
        Assert.InRange(budget.Remaining, CelBudget.PerRequest - CelBudget.PerExpression - 10_000, CelBudget.PerRequest - CelBudget.PerExpression);
    }

    [Fact]
    public void Logic_does_not_hide_that_the_cost_was_too_much() =>
        Assert.True(Evaluation.Run("true || lists.range(2000).all(a, true)").IsTrue && Evaluation.Run("lists.range(2000).all(a, lists.range(2000).all(b, true)) || true").IsCostExceeded);

    [Theory]
    [InlineData("+ ", "'aaaaaaaaaa'")]
    [InlineData("+ ", "[1, 2, 3]")]
    public void Doubling_ends(string sign, string value)
    {
        var expression = $"[{value}]" + string.Concat(Enumerable.Repeat($".map(y, y {sign} y)", 60)) + "[0].size()";
        var result = Evaluation.Run(expression);
        Assert.NotNull(result.Error);
    }

    [Fact]
    public void A_replacement_cannot_fill_memory() =>
        Assert.NotNull(Evaluation.Run("[lists.range(1000).map(e, '0123456789').join()].map(t, t.replace('', t))[0].size()").Error);

    [Fact]
    public void A_budget_is_shared_by_the_expressions_of_a_request()
    {
        var budget = new CelBudget(500);
        for (var i = 0; i < 10 && !budget.IsExceeded; i++)
            Assert.Null(Evaluation.Run("[1, 2, 3, 4, 5].map(e, e + n).size() == 5", budget).Error);
        Assert.True(budget.IsExceeded);
    }

    [Fact]
    public void A_run_ends_when_its_caller_goes_away()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var program = Evaluation.Environment.Compile("[1].all(e, e > 0)").Program!;
        Assert.Throws<OperationCanceledException>(() => program.Evaluate(new CelActivation(), null, source.Token));
    }

    [Theory]
    [InlineData("1 + 2", 1)]
    [InlineData("x", 1)]
    [InlineData("object.metadata.name", 3)]
    [InlineData("[1, 2, 3]", 0)]
    [InlineData("[n]", 11)]
    [InlineData("{'a': n}", 31)]
    [InlineData("'abc'.startsWith('a')", 1)]
    [InlineData("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'.startsWith('a')", 3)]
    [InlineData("n in [1, 2, 3]", 4)]
    [InlineData("true && n == 1", 2)]
    public void Costs_are_those_of_Kubernetes(string expression, long cost) => Assert.Equal(cost, Evaluation.Run(expression).Cost);

    [Fact]
    public void Greatest_costs_follow_the_limits_of_the_schema()
    {
        var limited = CelEnvironment.Kubernetes.WithVariable("list", CelType.List(CelType.String.WithMaxSize(10)).WithMaxSize(100));
        var endless = CelEnvironment.Kubernetes.WithVariable("list", CelType.List(CelType.String));
        const string Nested = "list.all(a, list.all(b, a != b))";
        Assert.InRange(limited.Compile(Nested).Program!.EstimateCost(), 10_000, 100_000);
        Assert.Equal(long.MaxValue, endless.Compile(Nested).Program!.EstimateCost());
        Assert.Equal(4, CelEnvironment.Kubernetes.WithVariable("n", CelType.Int).Compile("n + 1 > n").Program!.EstimateCost());
    }

    [Fact]
    public void Random_texts_are_refused_or_run()
    {
        var random = new Random(7);
        string[] parts = ["x", "y", "1", "'a'", "(", ")", "[", "]", "{", "}", ".", ",", ":", "?", "+", "-", "&&", "||", "!", "in", "has(", ".map(e,", ".all(", "e", "size", "b'\\x", "\"", "0x", "1e", ".?", "[?", "null", "==", "<", "type", "%s", "\\", "😀", "\n"];
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)]));
            var compilation = Evaluation.Environment.Compile(text);
            Assert.True(compilation.Program is not null || compilation.Message.Length > 0);
            compilation.Program?.Evaluate(new CelActivation().Set("x", CelValue.FromInt(1)).Set("y", CelValue.FromJson(new JsonObject { ["a"] = 1 })));
        }
    }

    private static string Refused(string expression)
    {
        var compilation = Evaluation.Environment.Compile(expression);
        Assert.Null(compilation.Program);
        return compilation.Message;
    }
}
