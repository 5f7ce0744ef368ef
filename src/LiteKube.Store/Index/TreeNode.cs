namespace LiteKube.Store.Index;

/// <summary>
/// A node of the persistent B+ tree. Nodes that an edit made carry its stamp and may be changed in place by it; all others are shared
/// with published trees and are copied before a change. Edits of a node return the node that takes its place.
/// </summary>
/// <param name="low">Not above any key in the node, and above every key of the node to its left.</param>
internal abstract class TreeNode(long stamp, string low)
{
    public const int Capacity = 16;
    protected const int MergeBelow = Capacity / 4;

    public long Stamp { get; } = stamp;

    public string Low { get; protected set; } = low;

    /// <summary>Used slots: entries of a leaf, children of a branch.</summary>
    public int Length { get; protected set; }

    /// <summary>Entries in the whole sub-tree.</summary>
    public abstract int Count { get; }

    public abstract StoreEntry? Find(string key);

    /// <summary>How many keys of the sub-tree are below a bound.</summary>
    public abstract int Rank(in KeyBound bound);

    /// <summary>Copies entries by their position in the sub-tree.</summary>
    public abstract void CopyTo(int skip, Span<StoreEntry> destination);

    /// <param name="right">The upper half, when the node had to be split.</param>
    public abstract TreeNode Set(StoreEntry entry, long stamp, out TreeNode? right);

    /// <summary>The key must be present. The result may be empty (<see cref="Length"/> 0).</summary>
    public abstract TreeNode Remove(string key, long stamp);

    /// <summary>One node of this one and its right neighbour, which together fit in one.</summary>
    public abstract TreeNode MergeWith(TreeNode right, long stamp);
}
