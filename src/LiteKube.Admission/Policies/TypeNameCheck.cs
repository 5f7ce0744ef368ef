using LiteKube.Cel;

namespace LiteKube.Admission.Policies;

/// <summary>Whether constructors are named by the fields that they stand in: the items of <c>spec.containers</c> are <c>Object.spec.containers{}</c>.</summary>
internal static class TypeNameCheck
{
    /// <summary>Null where all fit.</summary>
    public static string? Problem(CelValue value) => value is ConstructedObject made ? Problem(made, made.Type.Name.StartsWith("Object", StringComparison.Ordinal) ? made.Type.Name : "") : null;

    private static string? Problem(CelValue value, string path)
    {
        switch (value)
        {
            case ConstructedObject made:
                if (made.Type.Name != path)
                    return $"unexpected type name \"{made.Type.Name}\", expected \"{path}\", which matches field name path from root Object type";
                foreach (var (name, field) in made.Fields)
                {
                    if (Problem(field, $"{path}.{name}") is { } problem)
                        return problem;
                }

                return null;
            case ListValue list:
                for (var i = 0; i < list.Count; i++)
                {
                    if (Problem(list[i], path) is { } problem)
                        return problem;
                }

                return null;
            case MapValue { Kind: CelKind.Map } map:
                foreach (var key in map.Keys)
                {
                    if (map.Find(key) is { } item && Problem(item, path) is { } problem)
                        return problem;
                }

                return null;
            default:
                return null;
        }
    }
}
