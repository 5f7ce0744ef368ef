using LiteKube.Scheduler.Filters;
using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Scores;

/// <summary>Spreads pods of one owner over nodes and zones; where the pod says itself how it wants to be spread, by what it says.</summary>
internal sealed class SpreadScore : INodeScore
{
    private const string Zone = "topology.kubernetes.io/zone";

    public int Weight => 2;

    public bool Normalize => true;

    public bool Reverse => true;

    public double Score(SchedulingAttempt attempt, NodeInfo node)
    {
        var spreads = attempt.Shared(this, () => attempt.Spec.TopologySpreadConstraints.Where(c => c.WhenUnsatisfiable == "ScheduleAnyway").Select(c => new TopologySpread(attempt, c)).ToArray());
        if (spreads.Length > 0)
            return spreads.Sum(s => node.Node.Metadata.Labels.TryGetValue(s.Constraint.TopologyKey, out var domain) ? (double)s.In(domain) / s.Constraint.MaxSkew : 1e6);
        if (attempt.Spec.TopologySpreadConstraints.Count > 0 || OwnerOf(attempt.Pod) is not { } owner)
            return 0;
        var here = Siblings(node, owner);
        var zone = node.Node.Metadata.Labels.GetValueOrDefault(Zone);
        var inZone = zone is null ? 0 : attempt.Nodes.Where(n => n.Node.Metadata.Labels.GetValueOrDefault(Zone) == zone).Sum(n => Siblings(n, owner));
        return here + (inZone / 3.0);
    }

    private static int Siblings(NodeInfo node, string owner) => node.Pods.Count(p => p.Pod.Metadata.DeletionTimestamp is null && OwnerOf(p) == owner);

    private static string? OwnerOf(PodInfo pod)
    {
        foreach (var owner in pod.Pod.Metadata.OwnerReferences)
            if (owner.Controller == true)
                return owner.Uid;
        return null;
    }
}
