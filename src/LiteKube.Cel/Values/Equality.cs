namespace LiteKube.Cel;

internal static class Equality
{
    /// <summary>For keys of maps and for sets: 1, 1u and 1.0 are one key.</summary>
    public static readonly IEqualityComparer<CelValue> Comparer = new ValueComparer();

    public static bool AreEqual(CelValue left, CelValue right)
    {
        if (ReferenceEquals(left, right))
            return left is not DoubleValue { Value: double.NaN };
        switch (left)
        {
            case IntValue or UintValue or DoubleValue:
                return Comparison.Numbers(left, right) == 0;
            case StringValue text:
                return right is StringValue otherText && text.Value == otherText.Value;
            case BoolValue flag:
                return right is BoolValue otherFlag && flag.Value == otherFlag.Value;
            case BytesValue bytes:
                return right is BytesValue otherBytes && bytes.Value.Span.SequenceEqual(otherBytes.Value.Span);
            case TimestampValue time:
                return right is TimestampValue otherTime && time.CompareTo(otherTime) == 0;
            case DurationValue duration:
                return right is DurationValue otherDuration && duration.Nanoseconds == otherDuration.Nanoseconds;
            case TypeValue type:
                return right is TypeValue otherType && type.Value.Kind == otherType.Value.Kind && type.Value.Name == otherType.Value.Name;
            case OptionalValue optional:
                return right is OptionalValue { Value: var other } && (optional.Value is null || other is null ? optional.Value == other : AreEqual(optional.Value, other));
            case ListValue list:
                return right is ListValue otherList && Lists(list, otherList);
            case MapValue map:
                return right is MapValue otherMap && Maps(map, otherMap);
            case OpaqueValue opaque:
                return right is OpaqueValue otherOpaque && opaque.Type.Equals(otherOpaque.Type) && opaque.EqualTo(otherOpaque);
            default:
                return false;
        }
    }

    private static bool Lists(ListValue left, ListValue right)
    {
        if (left.Count != right.Count)
            return false;
        if (left.ListType == CelListType.Set || right.ListType == CelListType.Set)
            return new HashSet<CelValue>(Items(left), Comparer).SetEquals(Items(right));
        if (left.ListType == CelListType.Map)
            return Keyed(left, right, left.ListKeys);
        if (right.ListType == CelListType.Map)
            return Keyed(left, right, right.ListKeys);
        for (var i = 0; i < left.Count; i++)
        {
            if (!AreEqual(left[i], right[i]))
                return false;
        }

        return true;
    }

    private static bool Keyed(ListValue left, ListValue right, IReadOnlyList<string> keys)
    {
        var byKey = new Dictionary<CelValue, CelValue>(Comparer);
        foreach (var item in Items(right))
            byKey[ListKey.Of(item, keys)] = item;
        return Items(left).All(item => byKey.TryGetValue(ListKey.Of(item, keys), out var other) && AreEqual(item, other));
    }

    private static bool Maps(MapValue left, MapValue right)
    {
        if (left.Count != right.Count || (left.Kind == CelKind.Object && right.Kind == CelKind.Object && left.Type.Name != right.Type.Name))
            return false;
        foreach (var key in left.Keys)
        {
            if (left.Find(key) is not { } value || right.Find(key) is not { } other || !AreEqual(value, other))
                return false;
        }

        return true;
    }

    public static IEnumerable<CelValue> Items(ListValue list)
    {
        for (var i = 0; i < list.Count; i++)
            yield return list[i];
    }

    private sealed class ValueComparer : IEqualityComparer<CelValue>
    {
        public bool Equals(CelValue? left, CelValue? right) => left is not null && right is not null && AreEqual(left, right);

        public int GetHashCode(CelValue value)
        {
            switch (value)
            {
                case IntValue number:
                    return number.Value.GetHashCode();
                case UintValue number:
                    return number.Value <= long.MaxValue ? ((long)number.Value).GetHashCode() : ((double)number.Value).GetHashCode();
                case DoubleValue number:
                    // 2^63 itself is not an int.
                    return number.Value is >= long.MinValue and < 9.2233720368547758e18 && number.Value == Math.Floor(number.Value)
                        ? ((long)number.Value).GetHashCode()
                        : number.Value.GetHashCode();
                case StringValue text:
                    return text.Value.GetHashCode(StringComparison.Ordinal);
                case BoolValue flag:
                    return flag.Value ? 1 : 2;
                case BytesValue bytes:
                    var octets = new HashCode();
                    octets.AddBytes(bytes.Value.Span);
                    return octets.ToHashCode();
                case TimestampValue time:
                    return HashCode.Combine(time.Seconds, time.Nanoseconds);
                case DurationValue duration:
                    return HashCode.Combine(duration.Nanoseconds);
                case ListValue { ListType: CelListType.Atomic } list:
                    var items = new HashCode();
                    foreach (var item in Items(list))
                        items.Add(GetHashCode(item));
                    return items.ToHashCode();
                case ListValue list:
                    return list.Count;
                case MapValue map:
                    return map.Count;
                default:
                    return (int)value.Kind;
            }
        }
    }
}
