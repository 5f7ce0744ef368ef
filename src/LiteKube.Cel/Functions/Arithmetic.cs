namespace LiteKube.Cel;

/// <summary>+ - * / % and unary minus. Whole numbers that overflow are errors.</summary>
internal static class Arithmetic
{
    private static readonly ErrorValue s_overflow = new("integer overflow");
    private static readonly ErrorValue s_unsignedOverflow = new("unsigned integer overflow");
    private static readonly ErrorValue s_durationOverflow = new("duration overflow");
    private static readonly ErrorValue s_timestampOverflow = new("timestamp overflow");
    private static readonly ErrorValue s_division = new("division by zero");
    private static readonly ErrorValue s_modulus = new("modulus by zero");

    public static void AddTo(FunctionSet functions)
    {
        Ints(functions);
        Uints(functions);
        Doubles(functions);
        Times(functions);
        functions.Global("_+_", "add_string", [CelType.String, CelType.String], CelType.String, v => Texts.Add((StringValue)v[0], (StringValue)v[1]), Costs.Join);
        functions.Global("_+_", "add_bytes", [CelType.Bytes, CelType.Bytes], CelType.Bytes, v => Texts.Add((BytesValue)v[0], (BytesValue)v[1]), Costs.Join);
        functions.Global("_+_", "add_list", [FunctionSet.ListOfA, FunctionSet.ListOfA], FunctionSet.ListOfA, v => ListSum.Of((ListValue)v[0], (ListValue)v[1]), Costs.JoinLists);
    }

    /// <summary>The sum of two numbers or durations of one type.</summary>
    public static CelValue Plus(CelValue left, CelValue right) => (left, right) switch
    {
        (IntValue a, IntValue b) => Narrow((Int128)a.Value + b.Value),
        (UintValue a, UintValue b) => Unsigned((Int128)a.Value + b.Value),
        (DoubleValue a, DoubleValue b) => new DoubleValue(a.Value + b.Value),
        (DurationValue a, DurationValue b) => Span((Int128)a.Nanoseconds + b.Nanoseconds),
        _ => ErrorValue.NoSuchOverload,
    };

    private static void Ints(FunctionSet functions)
    {
        Add("_+_", "add_int64", (a, b) => Narrow((Int128)a + b));
        Add("_-_", "subtract_int64", (a, b) => Narrow((Int128)a - b));
        Add("_*_", "multiply_int64", (a, b) => Narrow((Int128)a * b));
        Add("_/_", "divide_int64", (a, b) => b == 0 ? s_division : Narrow((Int128)a / b));
        Add("_%_", "modulo_int64", (a, b) => b == 0 ? s_modulus : a == long.MinValue && b == -1 ? s_overflow : IntValue.Of(a % b));
        functions.Global("-_", "negate_int64", [CelType.Int], CelType.Int, v => Narrow(-(Int128)((IntValue)v[0]).Value));

        void Add(string function, string id, Func<long, long, CelValue> invoke) =>
            functions.Global(function, id, [CelType.Int, CelType.Int], CelType.Int, v => invoke(((IntValue)v[0]).Value, ((IntValue)v[1]).Value));
    }

    private static CelValue Narrow(Int128 value) => value < long.MinValue || value > long.MaxValue ? s_overflow : IntValue.Of((long)value);

    private static void Uints(FunctionSet functions)
    {
        Add("_+_", "add_uint64", (a, b) => Unsigned((Int128)a + b));
        Add("_-_", "subtract_uint64", (a, b) => Unsigned((Int128)a - b));
        Add("_*_", "multiply_uint64", (a, b) => (UInt128)a * b is var product && product > ulong.MaxValue ? s_unsignedOverflow : new UintValue((ulong)product));
        Add("_/_", "divide_uint64", (a, b) => b == 0 ? s_division : new UintValue(a / b));
        Add("_%_", "modulo_uint64", (a, b) => b == 0 ? s_modulus : new UintValue(a % b));

        void Add(string function, string id, Func<ulong, ulong, CelValue> invoke) =>
            functions.Global(function, id, [CelType.Uint, CelType.Uint], CelType.Uint, v => invoke(((UintValue)v[0]).Value, ((UintValue)v[1]).Value));
    }

    private static CelValue Unsigned(Int128 value) => value < 0 || value > ulong.MaxValue ? s_unsignedOverflow : new UintValue((ulong)value);

    private static void Doubles(FunctionSet functions)
    {
        Add("_+_", "add_double", (a, b) => a + b);
        Add("_-_", "subtract_double", (a, b) => a - b);
        Add("_*_", "multiply_double", (a, b) => a * b);
        Add("_/_", "divide_double", (a, b) => a / b);
        functions.Global("-_", "negate_double", [CelType.Double], CelType.Double, v => new DoubleValue(-((DoubleValue)v[0]).Value));

        void Add(string function, string id, Func<double, double, double> invoke) =>
            functions.Global(function, id, [CelType.Double, CelType.Double], CelType.Double, v => new DoubleValue(invoke(((DoubleValue)v[0]).Value, ((DoubleValue)v[1]).Value)));
    }

    private static void Times(FunctionSet functions)
    {
        functions.Global("_+_", "add_timestamp_duration", [CelType.Timestamp, CelType.Duration], CelType.Timestamp, v => Shift(v[0], v[1], 1));
        functions.Global("_+_", "add_duration_timestamp", [CelType.Duration, CelType.Timestamp], CelType.Timestamp, v => Shift(v[1], v[0], 1));
        functions.Global("_-_", "subtract_timestamp_duration", [CelType.Timestamp, CelType.Duration], CelType.Timestamp, v => Shift(v[0], v[1], -1));
        functions.Global("_+_", "add_duration_duration", [CelType.Duration, CelType.Duration], CelType.Duration, v => Span((Int128)Nanoseconds(v[0]) + Nanoseconds(v[1])));
        functions.Global("_-_", "subtract_duration_duration", [CelType.Duration, CelType.Duration], CelType.Duration, v => Span((Int128)Nanoseconds(v[0]) - Nanoseconds(v[1])));
        functions.Global("_-_", "subtract_timestamp_timestamp", [CelType.Timestamp, CelType.Timestamp], CelType.Duration, v =>
        {
            var later = (TimestampValue)v[0];
            var earlier = (TimestampValue)v[1];
            return Span(((Int128)later.Seconds - earlier.Seconds) * DurationValue.PerSecond + later.Nanoseconds - earlier.Nanoseconds);
        });
    }

    private static long Nanoseconds(CelValue duration) => ((DurationValue)duration).Nanoseconds;

    private static CelValue Span(Int128 nanoseconds) =>
        nanoseconds < long.MinValue || nanoseconds > long.MaxValue ? s_durationOverflow : new DurationValue((long)nanoseconds);

    private static CelValue Shift(CelValue time, CelValue duration, int sign)
    {
        var nanoseconds = Nanoseconds(duration);
        if (nanoseconds == long.MinValue)
            return s_timestampOverflow;
        return ((TimestampValue)time).Plus(sign * nanoseconds) ?? (CelValue)s_timestampOverflow;
    }
}
