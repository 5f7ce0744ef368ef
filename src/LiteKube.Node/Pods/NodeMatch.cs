using System.Globalization;
using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Pods;

/// <summary>nodeSelector and required node affinity (kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node).</summary>
internal static class NodeMatch
{
    public static bool Matches(Pod pod, ApiNode node)
    {
        foreach (var (key, value) in pod.Spec.NodeSelector)
            if (!node.Metadata.Labels.TryGetValue(key, out var label) || label != value)
                return false;
        var required = pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
        return required is null || required.NodeSelectorTerms.Any(t => Matches(t, node));
    }

    private static bool Matches(NodeSelectorTerm term, ApiNode node) =>
        (term.MatchExpressions.Count > 0 || term.MatchFields.Count > 0)
        && term.MatchExpressions.All(r => Matches(r, node.Metadata.Labels.GetValueOrDefault(r.Key)))
        && term.MatchFields.All(r => Matches(r, r.Key == "metadata.name" ? node.Metadata.Name : null));

    private static bool Matches(NodeSelectorRequirement requirement, string? value) => requirement.Operator switch
    {
        "In" => value is not null && requirement.Values.Contains(value),
        "NotIn" => value is null || !requirement.Values.Contains(value),
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Compare(value, requirement) > 0,
        "Lt" => Compare(value, requirement) < 0,
        _ => false,
    };

    /// <summary>Null, which compares as neither, where either side is no whole number.</summary>
    private static int? Compare(string? value, NodeSelectorRequirement requirement) =>
        requirement.Values.Count == 1
        && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)
        && long.TryParse(requirement.Values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : null;
}
