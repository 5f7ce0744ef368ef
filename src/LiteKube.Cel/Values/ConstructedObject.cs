namespace LiteKube.Cel;

/// <summary>An object that an expression constructed: <c>Object{spec: …}</c>. Only its set fields are in it.</summary>
public sealed class ConstructedObject : MapValue
{
    private readonly CelType _type;
    private readonly Dictionary<string, CelValue> _fields;

    internal ConstructedObject(CelType type, Dictionary<string, CelValue> fields)
    {
        _type = type;
        _fields = fields;
    }

    public override CelKind Kind => CelKind.Object;

    public override CelType Type => _type;

    public override int Count => _fields.Count;

    public override IEnumerable<CelValue> Keys => _fields.Keys.Select(FromString);

    /// <summary>The set fields by the names they have in JSON.</summary>
    public IEnumerable<(string Name, CelValue Value)> Fields => _fields.Select(f => (_type.Object?.Field(f.Key)?.JsonName ?? f.Key, f.Value));

    public override CelValue? Find(CelValue key) => key is StringValue text ? Find(text.Value) : null;

    public override CelValue? Find(string key) => _fields.GetValueOrDefault(key);
}
