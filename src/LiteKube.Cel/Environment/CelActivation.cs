namespace LiteKube.Cel;

/// <summary>The values of the variables for one evaluation or several in a row.</summary>
public sealed class CelActivation
{
    private readonly Dictionary<string, CelValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<CelValue>> _lazy = new(StringComparer.Ordinal);

    public CelActivation Set(string name, CelValue value)
    {
        _values[name] = value;
        return this;
    }

    /// <summary>A variable whose value is made when it is first read.</summary>
    public CelActivation SetLazy(string name, Func<CelValue> make)
    {
        _lazy[name] = make;
        return this;
    }

    internal CelValue? Find(string name)
    {
        if (_values.TryGetValue(name, out var value))
            return value;
        return _lazy.TryGetValue(name, out var make) ? _values[name] = make() : null;
    }
}
