using System.Text;

namespace LiteKube.Api.Apply;

/// <summary>
/// A set of places in an object: the fields that one manager owns. Immutable; a tree of path elements in their FieldsV1 form (<c>f:spec</c>,
/// <c>k:{"name":"c"}</c>, <c>v:"x"</c>), each level sorted by ordinal. Operations that change nothing return the instance they were given.
/// (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management)
/// </summary>
public sealed class FieldSet : IEquatable<FieldSet>
{
    /// <summary>A place that is in the set and has nothing below it.</summary>
    internal static readonly FieldSet Leaf = new(true, [], []);

    private readonly string[] _names;
    private readonly FieldSet[] _children;
    private byte[]? _encoded;

    internal FieldSet(bool self, string[] names, FieldSet[] children)
    {
        Self = self;
        _names = names;
        _children = children;
    }

    public static FieldSet Empty { get; } = new(false, [], []);

    public bool IsEmpty => !Self && _names.Length == 0;

    /// <summary>The set as FieldsV1; made once.</summary>
    public ReadOnlyMemory<byte> Json => JsonArray;

    internal byte[] JsonArray => _encoded ??= FieldSetCodec.Write(this);

    /// <summary>The place at which this node stands is in the set, not only places below it.</summary>
    internal bool Self { get; }

    internal int Count => _names.Length;

    /// <summary>The set of these top-level fields and all below them.</summary>
    public static FieldSet OfFields(params IEnumerable<string> names)
    {
        var sorted = names.Select(PathElement.Field).Order(StringComparer.Ordinal).ToArray();
        return new FieldSet(false, sorted, [.. sorted.Select(_ => Leaf)]);
    }

    internal static FieldSet Node(bool self, string[] names, FieldSet[] children) => names.Length > 0 ? new FieldSet(self, names, children) : self ? Leaf : Empty;

    internal (string Name, FieldSet Below) At(int index) => (_names[index], _children[index]);

    internal FieldSet? Child(string name)
    {
        var at = Array.BinarySearch(_names, name, StringComparer.Ordinal);
        return at < 0 ? null : _children[at];
    }

    internal FieldSet WithSelf(bool self) => self == Self ? this : Node(self, _names, _children);

    public bool Has(params ReadOnlySpan<string> path)
    {
        var node = this;
        foreach (var step in path)
        {
            if (node.Child(step) is not { } next)
                return false;
            node = next;
        }

        return node.Self;
    }

    public FieldSet Union(FieldSet other)
    {
        if (ReferenceEquals(this, other) || other.IsEmpty)
            return this;
        if (IsEmpty)
            return other;
        var names = new List<string>(_names.Length + other._names.Length);
        var children = new List<FieldSet>(names.Capacity);
        var mine = Self || !other.Self;
        int i = 0, j = 0;
        while (i < _names.Length || j < other._names.Length)
        {
            var order = i == _names.Length ? 1 : j == other._names.Length ? -1 : string.CompareOrdinal(_names[i], other._names[j]);
            names.Add(order <= 0 ? _names[i] : other._names[j]);
            var child = order < 0 ? _children[i] : order > 0 ? other._children[j] : _children[i].Union(other._children[j]);
            mine &= order <= 0 && ReferenceEquals(child, _children[i]);
            children.Add(child);
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return mine ? this : Node(Self || other.Self, [.. names], [.. children]);
    }

    /// <summary>This set without the places in the other; what is below them stays.</summary>
    public FieldSet Difference(FieldSet other) => Subtract(other, recursive: false);

    /// <summary>This set without the places in the other and without all below them.</summary>
    public FieldSet Without(FieldSet other) => Subtract(other, recursive: true);

    public FieldSet Intersection(FieldSet other)
    {
        if (ReferenceEquals(this, other))
            return this;
        var result = new FieldSetBuilder { Self = Self && other.Self };
        int i = 0, j = 0;
        while (i < _names.Length && j < other._names.Length)
        {
            var order = string.CompareOrdinal(_names[i], other._names[j]);
            if (order == 0)
                result.Add(_names[i], _children[i].Intersection(other._children[j]));
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return result.Build();
    }

    /// <summary>Every place, as <c>.spec.containers[name="c"].image</c>: those of a level before those below it.</summary>
    public IEnumerable<string> Paths() => Paths("");

    public bool Equals(FieldSet? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || Self != other.Self || !_names.AsSpan().SequenceEqual(other._names))
            return false;
        for (var i = 0; i < _children.Length; i++)
            if (!_children[i].Equals(other._children[i]))
                return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as FieldSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Self);
        foreach (var name in _names)
            hash.Add(name);
        return hash.ToHashCode();
    }

    public override string ToString() => Encoding.UTF8.GetString(Json.Span);

    private FieldSet Subtract(FieldSet other, bool recursive)
    {
        if (ReferenceEquals(this, other))
            return Empty;
        if (recursive && other.Self)
            return Empty;
        FieldSetBuilder? result = null;
        var j = 0;
        for (var i = 0; i < _names.Length; i++)
        {
            while (j < other._names.Length && string.CompareOrdinal(other._names[j], _names[i]) < 0)
                j++;
            var child = _children[i];
            if (j < other._names.Length && other._names[j] == _names[i])
                child = child.Subtract(other._children[j], recursive);
            if (result is null && !ReferenceEquals(child, _children[i]))
            {
                result = new FieldSetBuilder();
                for (var k = 0; k < i; k++)
                    result.Add(_names[k], _children[k]);
            }

            result?.Add(_names[i], child);
        }

        var self = Self && !other.Self;
        if (result is null)
            return WithSelf(self);
        result.Self = self;
        return result.Build();
    }

    private IEnumerable<string> Paths(string prefix)
    {
        for (var i = 0; i < _names.Length; i++)
            if (_children[i].Self)
                yield return prefix + PathElement.Display(_names[i]);
        for (var i = 0; i < _names.Length; i++)
            if (_children[i]._names.Length > 0)
                foreach (var path in _children[i].Paths(prefix + PathElement.Display(_names[i])))
                    yield return path;
    }
}
