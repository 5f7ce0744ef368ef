namespace LiteKube.Cel;

/// <summary>A structure whose fields are listed; each is called in documents as in expressions.</summary>
public sealed class CelObjectType(string name, IReadOnlyDictionary<string, CelType> fields) : ICelObjectType
{
    public string Name => name;

    public CelField? Field(string name) => fields.TryGetValue(name, out var type) ? new CelField(name, type) : null;
}
