namespace LiteKube.Admission.Policies;

/// <summary>Why an expression gave no result, in the words of the metrics.</summary>
internal static class PolicyErrorTypes
{
    public const string None = "no_error";

    private const string OutOfBudget = "out_of_budget";
    private const string Invalid = "invalid_error";

    public static string Of(string error) => error.Contains(PolicyExpression.OutOfBudget, StringComparison.Ordinal) ? OutOfBudget : Invalid;
}
