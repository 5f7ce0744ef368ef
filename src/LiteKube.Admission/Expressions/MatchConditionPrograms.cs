using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Cel;

namespace LiteKube.Admission.Expressions;

/// <summary>The matchConditions of a webhook or policy, compiled. All must be true for a request to match.</summary>
public sealed class MatchConditionPrograms
{
    private readonly (string Text, CelCompilation Compiled)[] _conditions;

    private MatchConditionPrograms((string, CelCompilation)[] conditions) => _conditions = conditions;

    public bool IsEmpty => _conditions.Length == 0;

    public static MatchConditionPrograms Of(IReadOnlyList<MatchCondition> conditions, CelEnvironment environment) =>
        new([.. conditions.Select(c => (c.Expression, environment.Compile(c.Expression, CelType.Bool)))]);

    /// <summary>
    /// Whether all are true. One that is false decides, whatever the others fail at; the result is null, with the error, where some fail and none is false.
    /// </summary>
    public bool? Evaluate(CelActivation activation, out string? error, CancellationToken cancellationToken)
    {
        error = null;
        List<string>? errors = null;
        var budget = new CelBudget(CelBudget.PerMatchConditions);
        foreach (var (text, compiled) in _conditions)
        {
            if (compiled.Program is null)
            {
                (errors ??= []).Add(compiled.Detail);
                continue;
            }

            var result = compiled.Program.Evaluate(activation, budget, cancellationToken);
            if (budget.IsExceeded)
            {
                (errors ??= []).Add("validation failed due to running out of cost budget, no further validation rules will be run");
                break;
            }

            if (result.Error is not null)
                (errors ??= []).Add($"expression '{text}' resulted in error: {result.Error}");
            else if (!result.IsTrue)
                return false;
        }

        if (errors is null)
            return true;
        error = errors.Count == 1 ? errors[0] : $"[{string.Join(", ", errors)}]";
        return null;
    }
}
