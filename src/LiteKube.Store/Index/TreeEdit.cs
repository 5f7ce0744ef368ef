namespace LiteKube.Store.Index;

/// <summary>Changes to a tree that nobody sees before <see cref="ToTree"/>. Nodes made by the edit are changed in place, so a batch of writes copies each node once.</summary>
internal sealed class TreeEdit(EntryTree tree)
{
    private static long _stamps;

    private TreeNode? _root = tree.Root;
    private long _stamp = Interlocked.Increment(ref _stamps);

    public StoreEntry? Find(string key) => _root?.Find(key);

    public void Set(StoreEntry entry)
    {
        if (_root is null)
        {
            _root = new TreeLeaf([entry], _stamp, entry.Key);
            return;
        }

        _root = _root.Set(entry, _stamp, out var right);
        if (right is not null)
            _root = new TreeBranch([_root, right], _stamp, _root.Low);
    }

    public void Remove(string key)
    {
        if (_root?.Find(key) is null)
            return;
        _root = _root.Remove(key, _stamp);
        while (_root is TreeBranch { Length: 1 } branch)
            _root = branch.First;
        if (_root.Length == 0)
            _root = null;
    }

    /// <summary>The tree as changed. What follows changes a further copy.</summary>
    public EntryTree ToTree()
    {
        _stamp = Interlocked.Increment(ref _stamps);
        return new EntryTree(_root);
    }
}
