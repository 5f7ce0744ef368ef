namespace LiteKube.Store.Index;

internal sealed class TreeLeaf : TreeNode
{
    private readonly StoreEntry[] _entries = new StoreEntry[Capacity];

    public TreeLeaf(ReadOnlySpan<StoreEntry> entries, long stamp, string low)
        : base(stamp, low)
    {
        entries.CopyTo(_entries);
        Length = entries.Length;
    }

    public override int Count => Length;

    public override StoreEntry? Find(string key)
    {
        var at = IndexOf(key);
        return at >= 0 ? _entries[at] : null;
    }

    public override int Rank(in KeyBound bound)
    {
        var (from, to) = (0, Length);
        while (from < to)
        {
            var middle = (from + to) >>> 1;
            if (bound.IsBelow(_entries[middle].Key))
                from = middle + 1;
            else
                to = middle;
        }

        return from;
    }

    public override void CopyTo(int skip, Span<StoreEntry> destination) => _entries.AsSpan(skip, destination.Length).CopyTo(destination);

    public override TreeNode Set(StoreEntry entry, long stamp, out TreeNode? right)
    {
        right = null;
        var at = IndexOf(entry.Key);
        if (at >= 0)
        {
            var same = Own(stamp);
            same._entries[at] = entry;
            return same;
        }

        at = ~at;
        if (Length < Capacity)
        {
            var owned = Own(stamp);
            owned.Insert(at, entry);
            return owned;
        }

        const int half = Capacity / 2;
        var lower = new TreeLeaf(_entries.AsSpan(0, half), stamp, Low);
        var upper = new TreeLeaf(_entries.AsSpan(half), stamp, _entries[half].Key);
        if (at <= half)
            lower.Insert(at, entry);
        else
            upper.Insert(at - half, entry);
        right = upper;
        return lower;
    }

    public override TreeNode Remove(string key, long stamp)
    {
        var at = IndexOf(key);
        var owned = Own(stamp);
        owned._entries.AsSpan((at + 1)..owned.Length).CopyTo(owned._entries.AsSpan(at));
        owned._entries[--owned.Length] = null!;
        return owned;
    }

    public override TreeNode MergeWith(TreeNode right, long stamp)
    {
        var owned = Own(stamp);
        var other = (TreeLeaf)right;
        other._entries.AsSpan(0, other.Length).CopyTo(owned._entries.AsSpan(owned.Length));
        owned.Length += other.Length;
        return owned;
    }

    private TreeLeaf Own(long stamp) => Stamp == stamp ? this : new TreeLeaf(_entries.AsSpan(0, Length), stamp, Low);

    private void Insert(int at, StoreEntry entry)
    {
        _entries.AsSpan(at..Length).CopyTo(_entries.AsSpan(at + 1));
        _entries[at] = entry;
        Length++;
        if (at == 0 && string.CompareOrdinal(entry.Key, Low) < 0)
            Low = entry.Key;
    }

    private int IndexOf(string key)
    {
        var (from, to) = (0, Length - 1);
        while (from <= to)
        {
            var middle = (from + to) >>> 1;
            var order = string.CompareOrdinal(_entries[middle].Key, key);
            if (order == 0)
                return middle;
            if (order < 0)
                from = middle + 1;
            else
                to = middle - 1;
        }

        return ~from;
    }
}
