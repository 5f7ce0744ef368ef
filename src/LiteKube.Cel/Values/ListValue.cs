namespace LiteKube.Cel;

public abstract class ListValue : CelValue
{
    public override CelKind Kind => CelKind.List;

    public abstract int Count { get; }

    /// <summary>The element; an <see cref="ErrorValue"/> where a document's value does not fit its schema.</summary>
    public abstract CelValue this[int index] { get; }

    internal override long Size => Count;

    /// <summary>What <c>x-kubernetes-list-type</c> says of comparing and adding.</summary>
    internal virtual CelListType ListType => CelListType.Atomic;

    internal virtual IReadOnlyList<string> ListKeys => [];
}

/// <summary>A list that an expression made.</summary>
internal sealed class MadeList(IReadOnlyList<CelValue> items) : ListValue
{
    public static readonly MadeList Empty = new([]);

    public override int Count => items.Count;

    public override CelValue this[int index] => items[index];
}

/// <summary>A list that keeps being a set or a map of the API after it was added to.</summary>
internal sealed class MergedList(IReadOnlyList<CelValue> items, CelListType listType, IReadOnlyList<string> keys) : ListValue
{
    public override int Count => items.Count;

    public override CelValue this[int index] => items[index];

    internal override CelListType ListType => listType;

    internal override IReadOnlyList<string> ListKeys => keys;
}

/// <summary>Two lists in a row; nothing is copied until many have been chained.</summary>
internal static class ListSum
{
    public static CelValue Of(ListValue left, ListValue right)
    {
        if (left.ListType != CelListType.Atomic)
            return Merge(left, right);
        if (left.Count == 0)
            return right;
        if (right.Count == 0)
            return left;
        if ((long)left.Count + right.Count > int.MaxValue / 16)
            return new ErrorValue("list is too long");
        var items = new CelValue[left.Count + right.Count];
        for (var i = 0; i < left.Count; i++)
            items[i] = left[i];
        for (var i = 0; i < right.Count; i++)
            items[left.Count + i] = right[i];
        return new MadeList(items);
    }

    private static MergedList Merge(ListValue left, ListValue right)
    {
        var items = new List<CelValue>(left.Count + right.Count);
        var places = new Dictionary<CelValue, int>(Equality.Comparer);
        for (var i = 0; i < left.Count + right.Count; i++)
        {
            var item = i < left.Count ? left[i] : right[i - left.Count];
            var key = left.ListType == CelListType.Map ? ListKey.Of(item, left.ListKeys) : item;
            if (places.TryGetValue(key, out var place))
            {
                items[place] = item;
            }
            else
            {
                places.Add(key, items.Count);
                items.Add(item);
            }
        }

        return new MergedList(items, left.ListType, left.ListKeys);
    }
}

/// <summary>The keys of an element of a list that is a map, as one comparable value.</summary>
internal static class ListKey
{
    public static CelValue Of(CelValue item, IReadOnlyList<string> keys)
    {
        var parts = new CelValue[keys.Count];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = item is MapValue map ? map.JsonMember(keys[i]) ?? NullValue.Instance : NullValue.Instance;
        return new MadeList(parts);
    }
}
