using LiteKube.Scheduler.Filters;
using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Scores;

/// <summary>Avoids taints that only ask to be avoided.</summary>
internal sealed class TaintPreferenceScore : INodeScore
{
    public int Weight => 3;

    public bool Normalize => true;

    public bool Reverse => true;

    public double Score(SchedulingAttempt attempt, NodeInfo node) =>
        node.Node.Spec.Taints.Count(t => t.Effect == "PreferNoSchedule" && !Tolerations.Tolerate(attempt.Spec.Tolerations, t));
}

internal sealed class NodeAffinityScore : INodeScore
{
    public int Weight => 2;

    public bool Normalize => true;

    public double Score(SchedulingAttempt attempt, NodeInfo node) =>
        attempt.Spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution.Where(p => NodeSelection.Matches(p.Preference, node.Node)).Sum(p => p.Weight) ?? 0;
}

/// <summary>Pods that would rather be with, or away from, others.</summary>
internal sealed class PodAffinityScore : INodeScore
{
    public int Weight => 2;

    public bool Normalize => true;

    public double Score(SchedulingAttempt attempt, NodeInfo node)
    {
        var affinity = attempt.Spec.Affinity;
        if (affinity?.PodAffinity is null && affinity?.PodAntiAffinity is null)
            return 0;
        var weights = attempt.Shared(this, () => Weigh(attempt));
        return weights.Sum(w => node.Node.Metadata.Labels.TryGetValue(w.Key.Key, out var value) && value == w.Key.Value ? w.Value : 0);
    }

    private static Dictionary<(string Key, string Value), int> Weigh(SchedulingAttempt attempt)
    {
        var pod = attempt.Pod.Pod;
        var affinity = attempt.Spec.Affinity!;
        var terms = (affinity.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? []).Select(t => (Term: new AffinityTerm(pod, t.PodAffinityTerm), t.Weight))
            .Concat((affinity.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? []).Select(t => (Term: new AffinityTerm(pod, t.PodAffinityTerm), Weight: -t.Weight)))
            .ToList();
        var weights = new Dictionary<(string, string), int>();
        foreach (var node in attempt.Nodes)
            foreach (var (term, weight) in terms)
                if (node.Node.Metadata.Labels.TryGetValue(term.TopologyKey, out var value) && node.Pods.Count(p => term.Matches(p.Pod, attempt.NamespaceLabels)) is > 0 and var count)
                    weights[(term.TopologyKey, value)] = weights.GetValueOrDefault((term.TopologyKey, value)) + (weight * count);
        return weights;
    }
}
