namespace LiteKube.Store.Index;

/// <summary>
/// The entries in ordinal order of key, as an immutable B+ tree. A change copies the path to one leaf and shares the rest, so a reader
/// keeps a consistent state for as long as it holds the tree, for free, and a failed batch of writes is undone by forgetting its tree.
/// </summary>
internal sealed class EntryTree
{
    public static readonly EntryTree Empty = new(null);

    public EntryTree(TreeNode? root) => Root = root;

    public TreeNode? Root { get; }

    public int Count => Root?.Count ?? 0;

    /// <param name="entries">In order of key, each key once.</param>
    public static EntryTree Build(ReadOnlySpan<StoreEntry> entries)
    {
        if (entries.IsEmpty)
            return Empty;

        // Three quarters full: most keys written later find room without a split.
        const int fill = TreeNode.Capacity * 3 / 4;
        var level = new List<TreeNode>(entries.Length / fill + 1);
        for (; !entries.IsEmpty; entries = entries[Math.Min(fill, entries.Length)..])
            level.Add(new TreeLeaf(entries[..Math.Min(fill, entries.Length)], stamp: 0, entries[0].Key));
        while (level.Count > 1)
        {
            var above = new List<TreeNode>(level.Count / fill + 1);
            foreach (var children in level.Chunk(fill))
                above.Add(new TreeBranch(children, stamp: 0, children[0].Low));
            level = above;
        }

        return new EntryTree(level[0]);
    }

    public StoreEntry? Find(string key) => Root?.Find(key);

    public int Rank(in KeyBound bound) => Root?.Rank(bound) ?? 0;

    /// <summary>As many entries as the destination holds, from a position on.</summary>
    public void CopyTo(int skip, Span<StoreEntry> destination)
    {
        if (destination.Length > 0)
            Root!.CopyTo(skip, destination);
    }

    public TreeEdit Edit() => new(this);
}
