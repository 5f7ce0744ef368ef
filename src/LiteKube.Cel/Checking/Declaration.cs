namespace LiteKube.Cel;

/// <summary>What a name means: a variable of the environment, a comprehension's variable, or a constant such as the name of a type.</summary>
internal sealed record Declaration(string Name, CelType Type)
{
    /// <summary>Set for a constant.</summary>
    public CelValue? Value { get; init; }

    /// <summary>The place of a comprehension's variable among the locals; -1 for others.</summary>
    public int Slot { get; init; } = -1;
}
