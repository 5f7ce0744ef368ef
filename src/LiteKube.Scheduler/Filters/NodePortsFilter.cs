using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Filters;

internal sealed class NodePortsFilter : INodeFilter
{
    private static readonly Rejection s_rejection = new(true, "node(s) didn't have free ports for the requested pod ports");

    public Rejection? Check(SchedulingAttempt attempt, NodeInfo node)
    {
        if (attempt.Pod.HostPorts.Length == 0)
            return null;
        foreach (var other in node.Pods)
            foreach (var taken in other.HostPorts)
                foreach (var wanted in attempt.Pod.HostPorts)
                    if (wanted.Conflicts(taken))
                        return s_rejection;
        return null;
    }
}
