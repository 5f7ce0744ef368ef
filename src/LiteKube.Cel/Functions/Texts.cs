namespace LiteKube.Cel;

/// <summary>Making texts, none longer than <see cref="MaxLength"/>: what an expression can grow must have an end before memory has.</summary>
internal static class Texts
{
    public const int MaxLength = 1 << 25;

    public static readonly ErrorValue TooLong = new("string is too long");

    public static CelValue Add(StringValue left, StringValue right) =>
        (long)left.Value.Length + right.Value.Length > MaxLength ? TooLong : new StringValue(left.Value + right.Value);

    public static CelValue Add(BytesValue left, BytesValue right)
    {
        if ((long)left.Value.Length + right.Value.Length > MaxLength)
            return TooLong;
        var sum = new byte[left.Value.Length + right.Value.Length];
        left.Value.CopyTo(sum);
        right.Value.CopyTo(sum.AsMemory(left.Value.Length));
        return new BytesValue(sum);
    }
}
