using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Filters;

/// <summary>Whether what the node has left is enough, for each resource that the pod asks for.</summary>
internal sealed class NodeResourcesFitFilter : INodeFilter
{
    public Rejection? Check(SchedulingAttempt attempt, NodeInfo node)
    {
        List<string>? reasons = null;
        var resolvable = true;
        if (node.Pods.Count + 1 > node.Allocatable[ResourceAmounts.Pods])
            Fail("Too many pods", node.Allocatable[ResourceAmounts.Pods] >= 1);
        foreach (var (name, wanted) in attempt.Pod.Requests.All)
            if (wanted > 0 && wanted > node.Allocatable[name] - node.Requested[name])
                Fail($"Insufficient {name}", wanted <= node.Allocatable[name]);
        return reasons is null ? null : new Rejection(resolvable, reasons);

        void Fail(string reason, bool couldFit)
        {
            (reasons ??= []).Add(reason);
            resolvable &= couldFit;
        }
    }
}
