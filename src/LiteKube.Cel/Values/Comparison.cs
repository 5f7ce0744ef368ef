namespace LiteKube.Cel;

/// <summary>The order of values.</summary>
internal static class Comparison
{
    /// <summary>Compares two numbers by value; null where one is not a number or is NaN.</summary>
    public static int? Numbers(CelValue left, CelValue right) => (left, right) switch
    {
        (IntValue a, IntValue b) => a.Value.CompareTo(b.Value),
        (UintValue a, UintValue b) => a.Value.CompareTo(b.Value),
        (DoubleValue a, DoubleValue b) => Doubles(a.Value, b.Value),
        (IntValue a, UintValue b) => a.Value < 0 ? -1 : ((ulong)a.Value).CompareTo(b.Value),
        (UintValue a, IntValue b) => b.Value < 0 ? 1 : a.Value.CompareTo((ulong)b.Value),
        (DoubleValue a, IntValue b) => DoubleToInt(a.Value, b.Value),
        (IntValue a, DoubleValue b) => -DoubleToInt(b.Value, a.Value),
        (DoubleValue a, UintValue b) => DoubleToUint(a.Value, b.Value),
        (UintValue a, DoubleValue b) => -DoubleToUint(b.Value, a.Value),
        _ => null,
    };

    /// <summary>Compares two values of one ordered type, or two numbers; null where there is no order between them.</summary>
    public static int? Of(CelValue left, CelValue right) => (left, right) switch
    {
        (StringValue a, StringValue b) => CodePoints.Compare(a.Value, b.Value),
        (BoolValue a, BoolValue b) => a.Value.CompareTo(b.Value),
        (BytesValue a, BytesValue b) => a.Value.Span.SequenceCompareTo(b.Value.Span),
        (TimestampValue a, TimestampValue b) => a.CompareTo(b),
        (DurationValue a, DurationValue b) => a.Nanoseconds.CompareTo(b.Nanoseconds),
        _ => Numbers(left, right),
    };

    private static int? Doubles(double a, double b) => double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b);

    private static int? DoubleToInt(double a, long b)
    {
        if (double.IsNaN(a))
            return null;
        if (a < long.MinValue)
            return -1;
        if (a >= 9.2233720368547758e18)
            return 1;
        var whole = Math.Truncate(a);
        var order = ((long)whole).CompareTo(b);
        return order != 0 ? order : a.CompareTo(whole);
    }

    private static int? DoubleToUint(double a, ulong b)
    {
        if (double.IsNaN(a))
            return null;
        if (a < 0)
            return -1;
        if (a >= 1.8446744073709552e19)
            return 1;
        var whole = Math.Truncate(a);
        var order = ((ulong)whole).CompareTo(b);
        return order != 0 ? order : a.CompareTo(whole);
    }
}
