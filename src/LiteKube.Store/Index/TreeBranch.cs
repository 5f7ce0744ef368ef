namespace LiteKube.Store.Index;

internal sealed class TreeBranch : TreeNode
{
    private readonly TreeNode[] _children = new TreeNode[Capacity];
    private int _count;

    public TreeBranch(ReadOnlySpan<TreeNode> children, long stamp, string low)
        : base(stamp, low)
    {
        children.CopyTo(_children);
        Length = children.Length;
        foreach (var child in children)
            _count += child.Count;
    }

    private TreeBranch(TreeBranch source, long stamp)
        : base(stamp, source.Low)
    {
        source._children.AsSpan(0, source.Length).CopyTo(_children);
        Length = source.Length;
        _count = source._count;
    }

    public override int Count => _count;

    public TreeNode First => _children[0];

    public override StoreEntry? Find(string key) => _children[ChildOf(key)].Find(key);

    public override int Rank(in KeyBound bound)
    {
        // The last child whose low end is below the bound is the only one that the bound can cut.
        var (from, to) = (0, Length - 1);
        while (from < to)
        {
            var middle = (from + to + 1) >>> 1;
            if (bound.IsBelow(_children[middle].Low))
                from = middle;
            else
                to = middle - 1;
        }

        var rank = _children[from].Rank(bound);
        for (var i = 0; i < from; i++)
            rank += _children[i].Count;
        return rank;
    }

    public override void CopyTo(int skip, Span<StoreEntry> destination)
    {
        for (var i = 0; destination.Length > 0; i++)
        {
            var child = _children[i];
            if (skip >= child.Count)
            {
                skip -= child.Count;
                continue;
            }

            var part = Math.Min(child.Count - skip, destination.Length);
            child.CopyTo(skip, destination[..part]);
            destination = destination[part..];
            skip = 0;
        }
    }

    public override TreeNode Set(StoreEntry entry, long stamp, out TreeNode? right)
    {
        var owned = Own(stamp);
        var at = owned.ChildOf(entry.Key);
        var before = owned._children[at].Count;
        var child = owned._children[at].Set(entry, stamp, out var added);
        owned._children[at] = child;
        owned._count += child.Count - before;
        if (at == 0 && string.CompareOrdinal(child.Low, owned.Low) < 0)
            owned.Low = child.Low;
        right = null;
        if (added is null)
            return owned;
        if (owned.Length < Capacity)
        {
            owned.Insert(at + 1, added);
            return owned;
        }

        const int half = Capacity / 2;
        var lower = new TreeBranch(owned._children.AsSpan(0, half), stamp, owned.Low);
        var upper = new TreeBranch(owned._children.AsSpan(half), stamp, owned._children[half].Low);
        if (at < half)
            lower.Insert(at + 1, added);
        else
            upper.Insert(at + 1 - half, added);
        right = upper;
        return lower;
    }

    public override TreeNode Remove(string key, long stamp)
    {
        var owned = Own(stamp);
        var at = owned.ChildOf(key);
        var child = owned._children[at].Remove(key, stamp);
        owned._children[at] = child;
        owned._count--;
        if (child.Length == 0)
            owned.Drop(at);
        else if (child.Length < MergeBelow && !owned.TryMerge(at, stamp) && at > 0)
            owned.TryMerge(at - 1, stamp);
        return owned;
    }

    public override TreeNode MergeWith(TreeNode right, long stamp)
    {
        var owned = Own(stamp);
        var other = (TreeBranch)right;
        other._children.AsSpan(0, other.Length).CopyTo(owned._children.AsSpan(owned.Length));
        owned.Length += other.Length;
        owned._count += other._count;
        return owned;
    }

    private TreeBranch Own(long stamp) => Stamp == stamp ? this : new TreeBranch(this, stamp);

    private bool TryMerge(int at, long stamp)
    {
        if (at + 1 >= Length || _children[at].Length + _children[at + 1].Length > Capacity)
            return false;
        _children[at] = _children[at].MergeWith(_children[at + 1], stamp);
        Drop(at + 1);
        return true;
    }

    private void Insert(int at, TreeNode child)
    {
        _children.AsSpan(at..Length).CopyTo(_children.AsSpan(at + 1));
        _children[at] = child;
        _count += child.Count;
        Length++;
    }

    private void Drop(int at)
    {
        _children.AsSpan((at + 1)..Length).CopyTo(_children.AsSpan(at));
        _children[--Length] = null!;
    }

    private int ChildOf(string key)
    {
        var (from, to) = (0, Length - 1);
        while (from < to)
        {
            var middle = (from + to + 1) >>> 1;
            if (string.CompareOrdinal(_children[middle].Low, key) <= 0)
                from = middle;
            else
                to = middle - 1;
        }

        return from;
    }
}
