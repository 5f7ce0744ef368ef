namespace LiteKube.Store.Watching;

/// <summary>
/// Watchers by the prefix they watch, in a radix tree: finding those of a key costs the length of the key, whatever else is watched.
/// Guarded by the lock of <see cref="WatchHub"/>.
/// </summary>
internal sealed class WatchTree
{
    private readonly Node _root = new("");

    public void Add(StoreWatch watch)
    {
        var node = _root;
        for (ReadOnlySpan<char> rest = watch.Prefix; !rest.IsEmpty;)
        {
            if (!node.Children.TryGetValue(rest[0], out var child))
            {
                child = new Node(rest.ToString());
                node.Children.Add(rest[0], child);
            }

            var common = rest.CommonPrefixLength(child.Label);
            if (common < child.Label.Length)
            {
                var upper = new Node(child.Label[..common]);
                child.Label = child.Label[common..];
                upper.Children.Add(child.Label[0], child);
                node.Children[rest[0]] = upper;
                child = upper;
            }

            node = child;
            rest = rest[common..];
        }

        node.Watches.Add(watch);
    }

    public void Remove(StoreWatch watch) => Remove(_root, watch.Prefix, watch);

    /// <summary>Adds the watchers of a key to a list.</summary>
    public void Match(ReadOnlySpan<char> key, List<StoreWatch> matches)
    {
        var node = _root;
        while (true)
        {
            matches.AddRange(node.Watches);
            if (key.IsEmpty || !node.Children.TryGetValue(key[0], out var child) || !key.StartsWith(child.Label))
                return;
            key = key[child.Label.Length..];
            node = child;
        }
    }

    private static void Remove(Node node, ReadOnlySpan<char> rest, StoreWatch watch)
    {
        if (rest.IsEmpty)
        {
            // Order among the watchers of one prefix means nothing.
            var at = node.Watches.IndexOf(watch);
            node.Watches[at] = node.Watches[^1];
            node.Watches.RemoveAt(node.Watches.Count - 1);
            return;
        }

        var child = node.Children[rest[0]];
        Remove(child, rest[child.Label.Length..], watch);
        if (child.Watches.Count > 0)
            return;
        if (child.Children.Count == 0)
        {
            node.Children.Remove(rest[0]);
        }
        else if (child.Children.Count == 1)
        {
            var only = child.Children.Values.First();
            only.Label = child.Label + only.Label;
            node.Children[rest[0]] = only;
        }
    }

    private sealed class Node(string label)
    {
        public string Label { get; set; } = label;

        public Dictionary<char, Node> Children { get; } = [];

        public List<StoreWatch> Watches { get; } = [];
    }
}
