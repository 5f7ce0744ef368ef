namespace LiteKube.Cel;

/// <summary>What an evaluation came to.</summary>
/// <param name="Value">An <see cref="ErrorValue"/> where it failed.</param>
public readonly record struct CelResult(CelValue Value, long Cost)
{
    internal static readonly ErrorValue CostExceeded = new("operation cancelled: actual cost limit exceeded");

    /// <summary>Why the evaluation failed; null where it did not.</summary>
    public string? Error => (Value as ErrorValue)?.Message;

    public bool IsCostExceeded => ReferenceEquals(Value, CostExceeded);

    public bool IsTrue => Value is BoolValue { Value: true };
}
