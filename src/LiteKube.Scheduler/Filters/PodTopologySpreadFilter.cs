using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Filters;

/// <summary>Constraints that must hold. (https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/)</summary>
internal sealed class PodTopologySpreadFilter : INodeFilter
{
    private static readonly Rejection s_noLabel = new(false, "node(s) didn't match pod topology spread constraints (missing required label)");
    private static readonly Rejection s_skew = new(true, "node(s) didn't match pod topology spread constraints");

    public Rejection? Check(SchedulingAttempt attempt, NodeInfo node)
    {
        if (attempt.Spec.TopologySpreadConstraints.Count == 0)
            return null;
        var spreads = attempt.Shared(this, () => attempt.Spec.TopologySpreadConstraints.Where(c => c.WhenUnsatisfiable != "ScheduleAnyway").Select(c => new TopologySpread(attempt, c)).ToArray());
        foreach (var spread in spreads)
        {
            if (!node.Node.Metadata.Labels.TryGetValue(spread.Constraint.TopologyKey, out var domain))
                return s_noLabel;
            if (spread.In(domain) + (spread.CountsItself ? 1 : 0) - spread.Least > spread.Constraint.MaxSkew)
                return s_skew;
        }

        return null;
    }
}
