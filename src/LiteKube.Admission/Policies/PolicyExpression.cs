using LiteKube.Cel;

namespace LiteKube.Admission.Policies;

/// <summary>One expression of a policy, compiled.</summary>
internal sealed record PolicyExpression(string Text, CelCompilation Compiled)
{
    public const string OutOfBudget = "validation failed due to running out of cost budget, no further validation rules will be run";

    public static PolicyExpression Compile(string text, CelEnvironment environment, params IReadOnlyList<CelType> allowed) => new(text, environment.Compile(text, allowed));

    /// <summary>The value; null, with the error in Kubernetes' words, where there is none.</summary>
    public CelValue? Evaluate(CelActivation activation, CelBudget budget, out string? error, CancellationToken cancellationToken)
    {
        error = null;
        if (Compiled.Program is null)
        {
            error = Compiled.Detail;
            return null;
        }

        var result = Compiled.Program.Evaluate(activation, budget, cancellationToken);
        error = budget.IsExceeded ? OutOfBudget : result.Error is null ? null : $"expression '{Text}' resulted in error: {result.Error}";
        return error is null ? result.Value : null;
    }
}
