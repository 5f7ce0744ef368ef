namespace LiteKube.Cel;

public sealed class NullValue : CelValue
{
    public static readonly NullValue Instance = new();

    private NullValue()
    {
    }

    public override CelKind Kind => CelKind.Null;
}

public sealed class BoolValue : CelValue
{
    public static readonly BoolValue True = new(true);
    public static readonly BoolValue False = new(false);

    private BoolValue(bool value) => Value = value;

    public bool Value { get; }

    public override CelKind Kind => CelKind.Bool;

    public static BoolValue Of(bool value) => value ? True : False;
}

public sealed class IntValue : CelValue
{
    private static readonly IntValue[] s_small = [.. Enumerable.Range(-16, 273).Select(i => new IntValue(i))];

    private IntValue(long value) => Value = value;

    public long Value { get; }

    public override CelKind Kind => CelKind.Int;

    public static IntValue Of(long value) => value is >= -16 and <= 256 ? s_small[value + 16] : new IntValue(value);
}

public sealed class UintValue(ulong value) : CelValue
{
    public ulong Value { get; } = value;

    public override CelKind Kind => CelKind.Uint;
}

public sealed class DoubleValue(double value) : CelValue
{
    public double Value { get; } = value;

    public override CelKind Kind => CelKind.Double;
}

public sealed class StringValue(string value) : CelValue
{
    public static readonly StringValue Empty = new("");

    private int _size = -1;

    public string Value { get; } = value;

    public override CelKind Kind => CelKind.String;

    /// <summary>In code points.</summary>
    internal override long Size => _size >= 0 ? _size : _size = CodePoints.Count(Value);
}

public sealed class BytesValue(ReadOnlyMemory<byte> value) : CelValue
{
    public ReadOnlyMemory<byte> Value { get; } = value;

    public override CelKind Kind => CelKind.Bytes;

    internal override long Size => Value.Length;
}

/// <summary>A type as a value.</summary>
public sealed class TypeValue(CelType value) : CelValue
{
    public CelType Value { get; } = value;

    public override CelKind Kind => CelKind.Type;
}

/// <summary>A value or none.</summary>
public sealed class OptionalValue : CelValue
{
    public static readonly OptionalValue None = new(null);

    private OptionalValue(CelValue? value) => Value = value;

    public CelValue? Value { get; }

    public override CelKind Kind => CelKind.Optional;

    public static OptionalValue Of(CelValue value) => new(value);
}

/// <summary>A failed evaluation on its way up; <c>&amp;&amp;</c>, <c>||</c> and the macros built on them may still absorb it.</summary>
public sealed class ErrorValue(string message) : CelValue
{
    internal static readonly ErrorValue NoSuchOverload = new("no such overload");

    public string Message { get; } = message;

    public override CelKind Kind => CelKind.Error;
}

/// <summary>A value of a function library's own type, such as net.URL.</summary>
public abstract class OpaqueValue(CelType type) : CelValue
{
    public override CelKind Kind => CelKind.Opaque;

    public override CelType Type => type;

    /// <summary>Equality with another value of the same type.</summary>
    protected internal abstract bool EqualTo(OpaqueValue other);
}
