using System.Globalization;
using System.Text;

namespace LiteKube.Api.Validation;

/// <summary>Where in an object a field is: <c>spec.containers[0].name</c>, <c>data[key]</c>. Made while walking, written out only for an error.</summary>
public sealed class FieldPath
{
    private readonly FieldPath? _parent;
    private readonly string? _name;
    private readonly string? _key;
    private readonly int _index;

    public FieldPath(string name) => _name = name;

    private FieldPath(FieldPath parent, string? name, string? key, int index)
    {
        _parent = parent;
        _name = name;
        _key = key;
        _index = index;
    }

    /// <summary>The object itself; its children have no leading dot.</summary>
    public static FieldPath Root { get; } = new("");

    public FieldPath Child(string name) => ReferenceEquals(this, Root) ? new FieldPath(name) : new FieldPath(this, name, null, 0);

    public FieldPath Child(string name, string inner) => Child(name).Child(inner);

    public FieldPath Index(int index) => new(this, null, null, index);

    public FieldPath Key(string key) => new(this, null, key, 0);

    public override string ToString()
    {
        var text = new StringBuilder();
        Append(text);
        return text.ToString();
    }

    private void Append(StringBuilder text)
    {
        _parent?.Append(text);
        if (_name is not null)
            text.Append(text.Length > 0 ? "." : "").Append(_name);
        else
            text.Append('[').Append(_key ?? _index.ToString(CultureInfo.InvariantCulture)).Append(']');
    }
}
