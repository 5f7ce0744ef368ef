using System.Collections.Frozen;

namespace LiteKube.Cel;

/// <summary>Collects the functions of the libraries.</summary>
internal sealed class FunctionSet
{
    private readonly Dictionary<string, List<Overload>> _functions = new(StringComparer.Ordinal);

    public static CelType A { get; } = CelType.Param("A");

    public static CelType B { get; } = CelType.Param("B");

    public static CelType ListOfA { get; } = CelType.List(A);

    public static CelType MapOfAB { get; } = CelType.Map(A, B);

    public void Global(string name, string id, CelType[] parameters, CelType result, Func<CelValue[], CelValue> invoke, Func<CelValue[], CelValue, long>? cost = null) =>
        Add(name, new Overload(id, false, parameters, result, invoke) { Cost = cost ?? Costs.One });

    public void Member(string name, string id, CelType[] parameters, CelType result, Func<CelValue[], CelValue> invoke, Func<CelValue[], CelValue, long>? cost = null) =>
        Add(name, new Overload(id, true, parameters, result, invoke) { Cost = cost ?? Costs.One });

    private void Add(string name, Overload overload)
    {
        if (!_functions.TryGetValue(name, out var overloads))
            _functions[name] = overloads = [];
        overloads.Add(overload);
    }

    public FrozenDictionary<string, Overload[]> Freeze() => _functions.ToFrozenDictionary(f => f.Key, f => f.Value.ToArray(), StringComparer.Ordinal);
}
