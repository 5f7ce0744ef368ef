namespace LiteKube.Cel;

/// <summary>The state of one run: variables, locals of comprehensions, and what it has cost so far.</summary>
internal sealed class Frame(CelActivation activation, int slots, long limit, CancellationToken cancellationToken)
{
    public CelValue[] Locals { get; } = new CelValue[slots];

    public long Cost { get; private set; }

    /// <summary>Once true, every loop ends and the result does not count.</summary>
    public bool IsExhausted => Cost > limit;

    public CelValue? Find(string name) => activation.Find(name);

    /// <returns>False where the run may not go on.</returns>
    public bool Charge(long cost)
    {
        Cost += cost;
        return Cost <= limit;
    }

    /// <summary>As <see cref="Charge"/>, for each turn of a loop.</summary>
    public bool Turn(long cost)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Charge(cost);
    }
}
