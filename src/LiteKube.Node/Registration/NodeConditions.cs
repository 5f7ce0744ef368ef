using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Registration;

/// <summary>The node's own conditions, with upstream's reasons; all others are left as they are.</summary>
internal static class NodeConditions
{
    private const long MemoryThreshold = 100L << 20;
    private const double DiskThreshold = 0.10;
    private const double PidThreshold = 0.05;

    /// <param name="problems">Why pods cannot run; empty when they can.</param>
    public static IReadOnlyList<NodeCondition> Build(IReadOnlyList<NodeCondition> present, IReadOnlyList<string> problems, NodePressure pressure, DateTimeOffset now)
    {
        NodeCondition[] own =
        [
            Pressure("MemoryPressure", pressure.FreeMemory < MemoryThreshold, "KubeletHasInsufficientMemory", "kubelet has insufficient memory available", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            Pressure("DiskPressure", pressure.FreeDiskShare < DiskThreshold, "KubeletHasDiskPressure", "kubelet has disk pressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            Pressure("PIDPressure", pressure.FreePidShare < PidThreshold, "KubeletHasInsufficientPID", "kubelet has insufficient PID available", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            problems.Count == 0
                ? new NodeCondition { Type = "Ready", Status = "True", Reason = "KubeletReady", Message = "kubelet is posting ready status" }
                : new NodeCondition { Type = "Ready", Status = "False", Reason = "KubeletNotReady", Message = problems.Count == 1 ? problems[0] : $"[{string.Join(", ", problems)}]" },
        ];
        var result = new List<NodeCondition>(present.Where(c => !own.Any(o => o.Type == c.Type)));
        foreach (var condition in own)
        {
            var old = present.FirstOrDefault(c => c.Type == condition.Type);
            result.Add(condition with
            {
                LastHeartbeatTime = now,
                LastTransitionTime = old is not null && old.Status == condition.Status && old.LastTransitionTime is not null ? old.LastTransitionTime : now,
            });
        }

        return result;
    }

    private static NodeCondition Pressure(string type, bool holds, string badReason, string badMessage, string goodReason, string goodMessage) => holds
        ? new NodeCondition { Type = type, Status = "True", Reason = badReason, Message = badMessage }
        : new NodeCondition { Type = type, Status = "False", Reason = goodReason, Message = goodMessage };
}
