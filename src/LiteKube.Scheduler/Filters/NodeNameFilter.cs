using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Filters;

internal sealed class NodeNameFilter : INodeFilter
{
    private static readonly Rejection s_rejection = new(false, "node(s) didn't match the requested node name");

    public Rejection? Check(SchedulingAttempt attempt, NodeInfo node) =>
        string.IsNullOrEmpty(attempt.Spec.NodeName) || attempt.Spec.NodeName == node.Name ? null : s_rejection;
}
