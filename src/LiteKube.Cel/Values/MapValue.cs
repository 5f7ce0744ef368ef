namespace LiteKube.Cel;

/// <summary>A map, or an object with fields.</summary>
public abstract class MapValue : CelValue
{
    public override CelKind Kind => CelKind.Map;

    public abstract int Count { get; }

    public abstract IEnumerable<CelValue> Keys { get; }

    /// <summary>The value under a key; null where there is none.</summary>
    public abstract CelValue? Find(CelValue key);

    /// <summary>The value under a text key, or the field of that name; null where there is none.</summary>
    public abstract CelValue? Find(string key);

    internal override long Size => Count;

    /// <summary>A document's member by its own name, without escapes.</summary>
    internal virtual CelValue? JsonMember(string name) => Find(name);
}

/// <summary>A map that an expression made, in order of insertion.</summary>
internal sealed class MadeMap(Dictionary<CelValue, CelValue> entries) : MapValue
{
    public override int Count => entries.Count;

    public override IEnumerable<CelValue> Keys => entries.Keys;

    public override CelValue? Find(CelValue key) => entries.GetValueOrDefault(key);

    public override CelValue? Find(string key) => entries.GetValueOrDefault(new StringValue(key));
}
