using System.Globalization;
using LiteKube.Api.Core.V1;

namespace LiteKube.Scheduler.Filters;

/// <summary>Node selectors and node affinity against a node. (https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/)</summary>
internal static class NodeSelection
{
    public static bool Matches(PodSpec spec, Node node)
    {
        foreach (var (key, value) in spec.NodeSelector)
            if (!node.Metadata.Labels.TryGetValue(key, out var actual) || actual != value)
                return false;
        return spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is not { } required || required.NodeSelectorTerms.Any(t => Matches(t, node));
    }

    /// <summary>All of a term's expressions must hold; an empty term matches nothing.</summary>
    public static bool Matches(NodeSelectorTerm term, Node node) =>
        (term.MatchExpressions.Count > 0 || term.MatchFields.Count > 0)
        && term.MatchExpressions.All(e => Matches(e, node.Metadata.Labels.GetValueOrDefault(e.Key)))
        && term.MatchFields.All(e => Matches(e, e.Key == "metadata.name" ? node.Metadata.Name : null));

    private static bool Matches(NodeSelectorRequirement requirement, string? value) => requirement.Operator switch
    {
        "In" => value is not null && requirement.Values.Contains(value),
        "NotIn" => value is null || !requirement.Values.Contains(value),
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Number(value) is { } actual && Number(requirement.Values.FirstOrDefault()) is { } bound && actual > bound,
        "Lt" => Number(value) is { } actual && Number(requirement.Values.FirstOrDefault()) is { } bound && actual < bound,
        _ => false,
    };

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
