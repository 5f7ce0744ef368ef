namespace LiteKube.Cel;

/// <summary>What the type variables met so far stand for, and whether one type may stand where another is expected.</summary>
internal sealed class Substitution
{
    private readonly Dictionary<string, CelType> _bound = new(StringComparer.Ordinal);

    // What bindings replaced, newest last, so that an attempt can be taken back.
    private readonly List<(string Name, CelType? Before)> _journal = [];
    private int _fresh;

    public CelType Fresh() => CelType.Param($"_var{_fresh++}");

    /// <summary>The types with their variables renamed, so that two uses of one declaration do not meet.</summary>
    public CelType[] Instantiate(params ReadOnlySpan<CelType> types)
    {
        var names = new Dictionary<string, CelType>(StringComparer.Ordinal);
        var result = new CelType[types.Length];
        for (var i = 0; i < types.Length; i++)
            result[i] = Rename(types[i]);
        return result;

        CelType Rename(CelType type)
        {
            if (type.Kind == CelKind.TypeParam)
                return names.TryGetValue(type.Name, out var known) ? known : names[type.Name] = Fresh();
            return type.Parameters.Count == 0 ? type : type.WithParameters([.. type.Parameters.Select(Rename)]);
        }
    }

    /// <summary>Whether values of the types may be given for what is expected; variables are bound only if all may.</summary>
    public bool Assign(IReadOnlyList<CelType> expected, IReadOnlyList<CelType> actual)
    {
        var start = _journal.Count;
        for (var i = 0; i < expected.Count; i++)
        {
            if (!Assign(expected[i], actual[i]))
            {
                TakeBack(start);
                return false;
            }
        }

        return true;
    }

    /// <summary>The type with its variables replaced; what is still free becomes dyn.</summary>
    public CelType Resolve(CelType type) => Replace(type, true);

    public CelType Apply(CelType type) => Replace(type, false);

    private CelType Replace(CelType type, bool final)
    {
        if (type.Kind == CelKind.TypeParam)
            return _bound.TryGetValue(type.Name, out var bound) ? Replace(bound, final) : final ? CelType.Dyn : type;
        if (type.Parameters.Count == 0)
            return type;
        CelType[]? replaced = null;
        for (var i = 0; i < type.Parameters.Count; i++)
        {
            var parameter = Replace(type.Parameters[i], final);
            if (!ReferenceEquals(parameter, type.Parameters[i]))
                (replaced ??= [.. type.Parameters])[i] = parameter;
        }

        return replaced is null ? type : type.WithParameters(replaced);
    }

    private bool Assign(CelType expected, CelType actual)
    {
        if (ReferenceEquals(expected, actual))
            return true;
        if (expected.Kind == CelKind.TypeParam)
            return Bind(expected, actual, expectedFirst: true);
        if (actual.Kind == CelKind.TypeParam)
            return Bind(actual, expected, expectedFirst: false);
        if (expected.IsDyn || actual.IsDyn)
            return true;
        if (actual.Kind == CelKind.Null || expected.Kind == CelKind.Null)
            return IsNullable(expected) && IsNullable(actual);
        if (expected.Kind != actual.Kind)
            return false;
        switch (expected.Kind)
        {
            case CelKind.Type:
                return true;
            case CelKind.List or CelKind.Map or CelKind.Optional:
                for (var i = 0; i < expected.Parameters.Count; i++)
                {
                    if (!Assign(expected.Parameters[i], actual.Parameters[i]))
                        return false;
                }

                return true;
            default:
                return expected.Name == actual.Name;
        }
    }

    private static bool IsNullable(CelType type) =>
        type.Kind is CelKind.Null or CelKind.Object or CelKind.Timestamp or CelKind.Duration or CelKind.Opaque or CelKind.Optional;

    private bool Bind(CelType variable, CelType type, bool expectedFirst)
    {
        if (type.Kind == CelKind.TypeParam && type.Name == variable.Name)
            return true;
        if (_bound.TryGetValue(variable.Name, out var bound))
        {
            if (!(expectedFirst ? Assign(bound, type) : Assign(type, bound)))
                return false;
            // The more general of the two stays.
            if (IsLessSpecific(type, bound))
                Set(variable.Name, type);
            return true;
        }

        if (Mentions(type, variable.Name))
            return false;
        Set(variable.Name, type);
        return true;
    }

    private void Set(string name, CelType type)
    {
        _journal.Add((name, _bound.GetValueOrDefault(name)));
        _bound[name] = type;
    }

    private void TakeBack(int start)
    {
        for (var i = _journal.Count - 1; i >= start; i--)
        {
            var (name, before) = _journal[i];
            if (before is null)
                _bound.Remove(name);
            else
                _bound[name] = before;
        }

        _journal.RemoveRange(start, _journal.Count - start);
    }

    private bool Mentions(CelType type, string name)
    {
        if (type.Kind == CelKind.TypeParam)
            return type.Name == name || (_bound.TryGetValue(type.Name, out var bound) && Mentions(bound, name));
        return type.Parameters.Any(p => Mentions(p, name));
    }

    // Whether the first says no more than the second: dyn where the second names a type.
    private bool IsLessSpecific(CelType first, CelType second)
    {
        first = Apply(first);
        second = Apply(second);
        if (first.IsDyn || first.Kind == CelKind.TypeParam)
            return first.IsDyn;
        if (second.Kind == CelKind.Null)
            return first.Kind != CelKind.Null;
        if (second.IsDyn || first.Kind != second.Kind || first.Parameters.Count == 0)
            return false;
        return first.Parameters.Zip(second.Parameters).All(p => p.First.Equals(p.Second) || IsLessSpecific(p.First, p.Second));
    }
}
