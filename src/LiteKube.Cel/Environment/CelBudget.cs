namespace LiteKube.Cel;

/// <summary>
/// What the expressions of one request may cost together. One expression may cost <see cref="PerExpression"/> by itself, whatever the budget
/// (https://kubernetes.io/docs/reference/using-api/cel/#runtime-cost-budget).
/// </summary>
public sealed class CelBudget(long total)
{
    /// <summary>The most that one evaluation may cost.</summary>
    public const long PerExpression = 1_000_000;

    /// <summary>The budget of a request's validation rules.</summary>
    public const long PerRequest = 10_000_000;

    /// <summary>The budget of a webhook's or policy's match conditions.</summary>
    public const long PerMatchConditions = PerRequest / 4;

    public long Remaining { get; private set; } = total;

    /// <summary>Whether more was spent than there was. No further expression should then run.</summary>
    public bool IsExceeded => Remaining < 0;

    internal void Spend(long cost) => Remaining = Remaining < 0 ? Remaining : Remaining - cost;
}
