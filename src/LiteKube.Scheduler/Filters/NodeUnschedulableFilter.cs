using LiteKube.Api.Core.V1;
using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Filters;

/// <summary>Cordoned nodes take nothing new, except from pods that tolerate just that.</summary>
internal sealed class NodeUnschedulableFilter : INodeFilter
{
    private static readonly Rejection s_rejection = new(false, "node(s) were unschedulable");
    private static readonly Taint s_taint = new() { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" };

    public Rejection? Check(SchedulingAttempt attempt, NodeInfo node) =>
        node.Node.Spec.Unschedulable != true || Tolerations.Tolerate(attempt.Spec.Tolerations, s_taint) ? null : s_rejection;
}
