using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Filters;

/// <summary>One reason why a pod may not go to a node.</summary>
internal interface INodeFilter
{
    /// <summary>Why the pod cannot be on the node, in the words that FailedScheduling shows; null where it can.</summary>
    Rejection? Check(SchedulingAttempt attempt, NodeInfo node);
}

/// <param name="Reasons">What <c>kubectl describe</c> counts by node. A node may fail for several resources at once.</param>
/// <param name="Resolvable">Whether the removal of pods from the node could help.</param>
internal sealed record Rejection(bool Resolvable, params IReadOnlyList<string> Reasons);
