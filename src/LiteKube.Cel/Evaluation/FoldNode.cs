namespace LiteKube.Cel;

/// <summary>
/// A macro over a list or map. The charges per turn are those of the comprehension that cel-go makes of the same macro:
/// reading the accumulator, testing it, and adding to it.
/// </summary>
internal sealed class FoldNode(FoldKind kind, Node range, int slot, bool two, Node? predicate, Node? transform) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var collection = range.Evaluate(frame);
        frame.Charge(1);
        switch (collection)
        {
            case ListValue list:
                return Fold(frame, ListTurns(frame, list));
            case MapValue map:
                return Fold(frame, MapTurns(frame, map));
            case ErrorValue:
                return collection;
            default:
                return ErrorValue.NoSuchOverload;
        }
    }

    // Each turn puts its variables in place; an element that cannot be read is returned.
    private IEnumerable<CelValue?> ListTurns(Frame frame, ListValue list)
    {
        for (var i = 0; i < list.Count; i++)
        {
            var element = list[i];
            frame.Locals[slot] = two ? IntValue.Of(i) : element;
            if (two)
                frame.Locals[slot + 1] = element;
            yield return element as ErrorValue;
        }
    }

    private IEnumerable<CelValue?> MapTurns(Frame frame, MapValue map)
    {
        foreach (var key in map.Keys)
        {
            frame.Locals[slot] = key;
            if (two)
                frame.Locals[slot + 1] = map.Find(key) ?? NullValue.Instance;
            yield return two ? frame.Locals[slot + 1] as ErrorValue : null;
        }
    }

    private CelValue Fold(Frame frame, IEnumerable<CelValue?> turns) => kind switch
    {
        FoldKind.All => Quantify(frame, turns, false, 3),
        FoldKind.Exists => Quantify(frame, turns, true, 4),
        FoldKind.ExistsOne => CountOne(frame, turns),
        FoldKind.List => Collect(frame, turns),
        FoldKind.Sort => Sort(frame, turns),
        _ => CollectMap(frame, turns),
    };

    // Ends at the first element that decides; an error counts only when none does.
    private CelValue Quantify(Frame frame, IEnumerable<CelValue?> turns, bool decides, long cost)
    {
        CelValue? error = null;
        foreach (var turn in turns)
        {
            if (!frame.Turn(cost))
                return CelResult.CostExceeded;
            var value = turn ?? predicate!.Evaluate(frame);
            if (value is BoolValue flag)
            {
                if (flag.Value == decides)
                    return flag;
            }
            else
            {
                error ??= value as ErrorValue ?? ErrorValue.NoSuchOverload;
            }
        }

        return error ?? BoolValue.Of(!decides);
    }

    private CelValue CountOne(Frame frame, IEnumerable<CelValue?> turns)
    {
        frame.Charge(2);
        var count = 0;
        foreach (var turn in turns)
        {
            if (!frame.Turn(1))
                return CelResult.CostExceeded;
            var value = turn ?? predicate!.Evaluate(frame);
            if (value is not BoolValue flag)
                return value as ErrorValue ?? ErrorValue.NoSuchOverload;
            if (flag.Value)
            {
                frame.Charge(1);
                count++;
            }
        }

        return BoolValue.Of(count == 1);
    }

    private CelValue Collect(Frame frame, IEnumerable<CelValue?> turns)
    {
        frame.Charge(10);
        var result = new List<CelValue>();
        foreach (var turn in turns)
        {
            if (!frame.Turn(1))
                return CelResult.CostExceeded;
            if (turn is not null)
                return turn;
            if (!Taken(frame, out var error))
            {
                if (error is not null)
                    return error;
                continue;
            }

            var value = transform?.Evaluate(frame) ?? frame.Locals[slot];
            if (value is ErrorValue)
                return value;
            frame.Charge(11);
            result.Add(value);
        }

        return new MadeList(result);
    }

    // sortBy: the elements in the order of what the expression makes of them; equals stay as they were.
    private CelValue Sort(Frame frame, IEnumerable<CelValue?> turns)
    {
        frame.Charge(10);
        var result = new List<(CelValue Key, CelValue Value)>();
        foreach (var turn in turns)
        {
            if (!frame.Turn(12))
                return CelResult.CostExceeded;
            if (turn is not null)
                return turn;
            var element = frame.Locals[slot];
            var key = transform!.Evaluate(frame);
            if (key is ErrorValue)
                return key;
            result.Add((key, element));
        }

        return ExtendedLists.Sorted(result);
    }

    private CelValue CollectMap(Frame frame, IEnumerable<CelValue?> turns)
    {
        frame.Charge(30);
        var result = new Dictionary<CelValue, CelValue>(Equality.Comparer);
        foreach (var turn in turns)
        {
            if (!frame.Turn(1))
                return CelResult.CostExceeded;
            if (turn is not null)
                return turn;
            if (!Taken(frame, out var error))
            {
                if (error is not null)
                    return error;
                continue;
            }

            var value = transform!.Evaluate(frame);
            frame.Charge(2);
            if (value is ErrorValue)
                return value;
            if (kind == FoldKind.Map)
            {
                result[frame.Locals[slot]] = value;
                continue;
            }

            if (value is not MapValue entries)
                return ErrorValue.NoSuchOverload;
            foreach (var key in entries.Keys)
            {
                if (!result.TryAdd(key, entries.Find(key)!))
                    return new ErrorValue($"insert failed: key {Conversions.Text(key)} already exists");
            }
        }

        return new MadeMap(result);
    }

    private bool Taken(Frame frame, out ErrorValue? error)
    {
        error = null;
        if (predicate is null)
            return true;
        var value = predicate.Evaluate(frame);
        if (value is BoolValue flag)
            return flag.Value;
        error = value as ErrorValue ?? ErrorValue.NoSuchOverload;
        return false;
    }
}
