using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Filters;

internal sealed class NodeAffinityFilter : INodeFilter
{
    private static readonly Rejection s_rejection = new(false, "node(s) didn't match Pod's node affinity/selector");

    public Rejection? Check(SchedulingAttempt attempt, NodeInfo node) => NodeSelection.Matches(attempt.Spec, node.Node) ? null : s_rejection;
}
