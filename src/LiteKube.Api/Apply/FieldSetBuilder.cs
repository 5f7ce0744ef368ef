namespace LiteKube.Api.Apply;

/// <summary>Gathers one level of a <see cref="FieldSet"/> in any order.</summary>
internal sealed class FieldSetBuilder
{
    private readonly List<string> _names = [];
    private readonly List<FieldSet> _children = [];
    private bool _sorted = true;

    public bool Self { get; set; }

    /// <summary>Adds what is below a path element; nothing where that is empty.</summary>
    public void Add(string name, FieldSet? below)
    {
        if (below is null || below.IsEmpty)
            return;
        if (_sorted && _names.Count > 0)
            _sorted = string.CompareOrdinal(_names[^1], name) < 0;
        _names.Add(name);
        _children.Add(below);
    }

    public FieldSet Build()
    {
        if (_names.Count == 0)
            return Self ? FieldSet.Leaf : FieldSet.Empty;
        var names = _names.ToArray();
        var children = _children.ToArray();
        if (!_sorted)
        {
            Array.Sort(names, children, StringComparer.Ordinal);
            Join(ref names, ref children);
        }

        return FieldSet.Node(Self, names, children);
    }

    // An element that came more than once.
    private static void Join(ref string[] names, ref FieldSet[] children)
    {
        var kept = 0;
        for (var i = 1; i < names.Length; i++)
        {
            if (names[i] == names[kept])
            {
                children[kept] = children[kept].Union(children[i]);
                continue;
            }

            kept++;
            names[kept] = names[i];
            children[kept] = children[i];
        }

        if (kept + 1 == names.Length)
            return;
        Array.Resize(ref names, kept + 1);
        Array.Resize(ref children, kept + 1);
    }
}
