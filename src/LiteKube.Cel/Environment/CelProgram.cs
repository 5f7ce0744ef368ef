namespace LiteKube.Cel;

/// <summary>A checked expression, ready to run; may run on many threads at once.</summary>
public sealed class CelProgram
{
    private readonly Node _root;
    private readonly int _slots;
    private readonly Expr _expression;

    internal CelProgram(string text, Expr expression, CelType resultType, Node root, int slots)
    {
        Text = text;
        ResultType = resultType;
        _expression = expression;
        _root = root;
        _slots = slots;
    }

    public string Text { get; }

    public CelType ResultType { get; }

    /// <summary>
    /// The most that a run can cost, from the sizes that the types of the variables allow; <see cref="long.MaxValue"/> where they set no limit.
    /// </summary>
    public long EstimateCost() => CostEstimate.Of(_expression);

    /// <summary>Whether the expression reads this variable.</summary>
    public bool Reads(string variable) => Reading.Finds(_expression, variable);

    /// <summary>
    /// Runs the expression. A failure is the result's <see cref="CelResult.Error"/>. The cost is taken from the budget also of a run that failed.
    /// </summary>
    public CelResult Evaluate(CelActivation activation, CelBudget? budget = null, CancellationToken cancellationToken = default)
    {
        var frame = new Frame(activation, _slots, CelBudget.PerExpression, cancellationToken);
        var value = _root.Evaluate(frame);
        budget?.Spend(frame.Cost);
        return new CelResult(frame.IsExhausted ? CelResult.CostExceeded : value, frame.Cost);
    }
}
