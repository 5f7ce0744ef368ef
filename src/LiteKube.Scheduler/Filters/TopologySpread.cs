using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Selectors;
using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Filters;

/// <summary>How many pods that a constraint selects each part of the cluster has.</summary>
internal sealed class TopologySpread
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public TopologySpread(SchedulingAttempt attempt, TopologySpreadConstraint constraint)
    {
        Constraint = constraint;
        var pod = attempt.Pod.Pod;
        var selector = LabelMatcher.Of(WithKeys(pod, constraint));
        CountsItself = selector.Matches(pod.Metadata.Labels);
        foreach (var node in attempt.Nodes)
        {
            if (!Counts(attempt, node, constraint) || !node.Node.Metadata.Labels.TryGetValue(constraint.TopologyKey, out var domain))
                continue;
            var matching = node.Pods.Count(p => p.Pod.Metadata.Namespace == pod.Metadata.Namespace && p.Pod.Metadata.DeletionTimestamp is null && selector.Matches(p.Pod.Metadata.Labels));
            _counts[domain] = _counts.GetValueOrDefault(domain) + matching;
        }

        Least = _counts.Count == 0 || _counts.Count < (constraint.MinDomains ?? 1) ? 0 : _counts.Values.Min();
    }

    public TopologySpreadConstraint Constraint { get; }

    public bool CountsItself { get; }

    /// <summary>The count of the emptiest part; 0 while there are fewer parts than the constraint asks for.</summary>
    public int Least { get; }

    public int In(string domain) => _counts.GetValueOrDefault(domain);

    private static bool Counts(SchedulingAttempt attempt, NodeInfo node, TopologySpreadConstraint constraint) =>
        (constraint.NodeAffinityPolicy == "Ignore" || NodeSelection.Matches(attempt.Spec, node.Node))
        && (constraint.NodeTaintsPolicy != "Honor" || node.Node.Spec.Taints.All(t => t.Effect == "PreferNoSchedule" || Tolerations.Tolerate(attempt.Spec.Tolerations, t)));

    private static LabelSelector? WithKeys(Pod pod, TopologySpreadConstraint constraint)
    {
        if (constraint.MatchLabelKeys.Count == 0 || constraint.LabelSelector is not { } selector)
            return constraint.LabelSelector;
        var labels = new Dictionary<string, string>(selector.MatchLabels, StringComparer.Ordinal);
        foreach (var key in constraint.MatchLabelKeys)
            if (pod.Metadata.Labels.TryGetValue(key, out var value))
                labels[key] = value;
        return selector with { MatchLabels = labels };
    }
}
