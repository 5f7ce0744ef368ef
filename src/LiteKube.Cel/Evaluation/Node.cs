namespace LiteKube.Cel;

/// <summary>A step of a program. A failure is an <see cref="ErrorValue"/>, so that logic can absorb it.</summary>
internal abstract class Node
{
    public abstract CelValue Evaluate(Frame frame);
}

internal sealed class ConstantNode(CelValue value) : Node
{
    public CelValue Value => value;

    public override CelValue Evaluate(Frame frame) => value;
}

internal sealed class VariableNode(string name) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        frame.Charge(1);
        return frame.Find(name) ?? new ErrorValue($"no such attribute(s): {name}");
    }
}

internal sealed class LocalNode(int slot) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        frame.Charge(1);
        return frame.Locals[slot];
    }
}

internal sealed class AndNode(Node left, Node right) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var first = left.Evaluate(frame);
        if (first is BoolValue { Value: false })
            return first;
        var second = right.Evaluate(frame);
        return second is BoolValue { Value: false } ? second : Logic.Both(first, second);
    }
}

internal sealed class OrNode(Node left, Node right) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var first = left.Evaluate(frame);
        if (first is BoolValue { Value: true })
            return first;
        var second = right.Evaluate(frame);
        return second is BoolValue { Value: true } ? second : Logic.Both(first, second);
    }
}

/// <summary>What is left of <c>&amp;&amp;</c> and <c>||</c> when neither side decides.</summary>
internal static class Logic
{
    public static CelValue Both(CelValue first, CelValue second)
    {
        if (first is BoolValue && second is BoolValue)
            return first;
        return first is ErrorValue ? first : second is ErrorValue ? second : ErrorValue.NoSuchOverload;
    }
}

internal sealed class ConditionalNode(Node condition, Node whenTrue, Node whenFalse) : Node
{
    public override CelValue Evaluate(Frame frame) => condition.Evaluate(frame) switch
    {
        BoolValue { Value: true } => whenTrue.Evaluate(frame),
        BoolValue => whenFalse.Evaluate(frame),
        ErrorValue error => error,
        _ => ErrorValue.NoSuchOverload,
    };
}
