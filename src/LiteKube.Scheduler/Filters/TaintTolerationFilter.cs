using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Filters;

internal sealed class TaintTolerationFilter : INodeFilter
{
    public Rejection? Check(SchedulingAttempt attempt, NodeInfo node)
    {
        foreach (var taint in node.Node.Spec.Taints)
            if (taint.Effect is "NoSchedule" or "NoExecute" && !Tolerations.Tolerate(attempt.Spec.Tolerations, taint))
                return new Rejection(false, $"node(s) had untolerated taint {{{taint.Key}: {taint.Value}}}");
        return null;
    }
}
