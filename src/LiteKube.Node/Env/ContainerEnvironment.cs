namespace LiteKube.Node.Env;

/// <summary>Variables in the order in which they were first set.</summary>
internal sealed class ContainerEnvironment
{
    private readonly OrderedDictionary<string, string> _values = new(StringComparer.Ordinal);

    public IReadOnlyList<(string Name, string Value)> Variables => [.. _values.Select(p => (p.Key, p.Value))];

    public string? Find(string name) => _values.GetValueOrDefault(name);

    public void Set(string name, string value) => _values[name] = value;

    /// <summary>Sets what is not set yet.</summary>
    public void TrySet(string name, string value) => _values.TryAdd(name, value);

    public string Expand(string text) => VariableExpansion.Expand(text, Find);
}
