namespace LiteKube.Cel;

/// <summary>An object whose fields are computed when first read and then kept, as the <c>variables</c> of admission policies are.</summary>
public sealed class LazyObject(CelType type, Func<string, CelValue?> compute) : MapValue
{
    private readonly Dictionary<string, CelValue?> _known = new(StringComparer.Ordinal);

    public override CelKind Kind => CelKind.Object;

    public override CelType Type => type;

    public override int Count => _known.Count;

    public override IEnumerable<CelValue> Keys => _known.Keys.Select(FromString);

    public override CelValue? Find(CelValue key) => key is StringValue text ? Find(text.Value) : null;

    public override CelValue? Find(string key)
    {
        if (!_known.TryGetValue(key, out var value))
            _known[key] = value = compute(key);
        return value;
    }
}
