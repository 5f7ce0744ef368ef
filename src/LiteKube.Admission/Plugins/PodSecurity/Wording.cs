namespace LiteKube.Admission.Plugins.PodSecurity;

/// <summary>The phrases that violations are told in.</summary>
internal static class Wording
{
    public static string Quoted(IEnumerable<string> values) => string.Join(", ", values.Select(v => $"\"{v}\""));

    public static string Sorted(IEnumerable<string> values) => Quoted(values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    public static string Plural(string one, string many, int count) => count == 1 ? one : many;

    /// <summary><c>container "a"</c> or <c>containers "a", "b"</c>.</summary>
    public static string Containers(IReadOnlyList<string> names) => $"{Plural("container", "containers", names.Count)} {Quoted(names)}";

    public static IReadOnlyList<string> Names(this IEnumerable<ContainerView> containers) => [.. containers.Select(c => c.Name)];

    /// <summary><c>pod and container "a"</c>: who set what they must not. Null where nobody did.</summary>
    public static string? Setters(bool pod, IReadOnlyList<string> containers) => (pod, containers.Count) switch
    {
        (false, 0) => null,
        (true, 0) => "pod",
        (false, _) => Containers(containers),
        _ => $"pod and {Containers(containers)}",
    };
}
