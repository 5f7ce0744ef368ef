namespace LiteKube.Api.Apply;

/// <summary>How two states of an object differ.</summary>
public readonly record struct Comparison(FieldSet Added, FieldSet Modified, FieldSet Removed)
{
    public static Comparison None { get; } = new(FieldSet.Empty, FieldSet.Empty, FieldSet.Empty);

    public bool IsEmpty => Added.IsEmpty && Modified.IsEmpty && Removed.IsEmpty;

    /// <summary>What has another value than before, or has one now.</summary>
    public FieldSet Changed => Modified.Union(Added);

    public Comparison Without(FieldSet ignored) => ignored.IsEmpty ? this : new Comparison(Added.Without(ignored), Modified.Without(ignored), Removed.Without(ignored));
}
