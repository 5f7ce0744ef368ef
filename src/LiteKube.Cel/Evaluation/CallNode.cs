namespace LiteKube.Cel;

/// <summary>A call. Of several meanings the types of the arguments choose.</summary>
internal sealed class CallNode(Overload[] overloads, Node[] arguments) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var values = new CelValue[arguments.Length];
        CelValue? error = null;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = arguments[i].Evaluate(frame);
            if (values[i] is ErrorValue)
                error ??= values[i];
        }

        if (error is not null)
            return error;
        foreach (var overload in overloads)
        {
            if (!overload.Takes(values))
                continue;
            if (frame.IsExhausted)
                return CelResult.CostExceeded;
            var result = overload.Invoke(values);
            frame.Charge(overload.Cost(values, result));
            return result;
        }

        return ErrorValue.NoSuchOverload;
    }
}

/// <summary><c>or</c> and <c>orValue</c> of an optional: what stands in is computed only where there is no value.</summary>
internal sealed class OptionalOrNode(Node target, Node otherwise, bool unwrap) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        frame.Charge(1);
        return target.Evaluate(frame) switch
        {
            OptionalValue { Value: { } value } optional => unwrap ? value : optional,
            OptionalValue => otherwise.Evaluate(frame),
            ErrorValue error => error,
            _ => ErrorValue.NoSuchOverload,
        };
    }
}

/// <summary><c>target.optMap(v, body)</c> and <c>optFlatMap</c>.</summary>
internal sealed class OptionalMapNode(Node target, int slot, Node body, bool flat) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        frame.Charge(1);
        switch (target.Evaluate(frame))
        {
            case OptionalValue { Value: { } value }:
                frame.Locals[slot] = value;
                var result = body.Evaluate(frame);
                return flat || result is ErrorValue ? result : OptionalValue.Of(result);
            case OptionalValue none:
                return none;
            case ErrorValue error:
                return error;
            default:
                return ErrorValue.NoSuchOverload;
        }
    }
}
