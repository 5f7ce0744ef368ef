using LiteKube.Api.Core.V1;

namespace LiteKube.Controllers.Nodes;

/// <summary>What a node's conditions mean: which taints it must carry, and what it says when it has gone silent.</summary>
internal static class NodeHealth
{
    public const string NotReady = "node.kubernetes.io/not-ready";
    public const string Unreachable = "node.kubernetes.io/unreachable";
    private const string Unschedulable = "node.kubernetes.io/unschedulable";

    private static readonly (string Condition, string Taint)[] s_pressures =
    [
        ("MemoryPressure", "node.kubernetes.io/memory-pressure"),
        ("DiskPressure", "node.kubernetes.io/disk-pressure"),
        ("PIDPressure", "node.kubernetes.io/pid-pressure"),
        ("NetworkUnavailable", "node.kubernetes.io/network-unavailable"),
    ];

    private static readonly string[] s_reported = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];
    private static readonly HashSet<string> s_managed = [NotReady, Unreachable, Unschedulable, .. s_pressures.Select(p => p.Taint)];

    public static string ReadyStatus(this Node node) => node.Status.Conditions.FirstOrDefault(c => c.Type == "Ready")?.Status ?? "Unknown";

    /// <summary>The node's taints with those that follow from its state put right; the same list when they are right already.</summary>
    public static IReadOnlyList<Taint> Taints(Node node, DateTimeOffset now)
    {
        var wanted = new List<(string Key, string Effect)>();
        switch (node.Status.Conditions.FirstOrDefault(c => c.Type == "Ready")?.Status)
        {
            case "True":
                break;
            case "Unknown":
                wanted.Add((Unreachable, "NoSchedule"));
                wanted.Add((Unreachable, "NoExecute"));
                break;
            default:
                wanted.Add((NotReady, "NoSchedule"));

                // A node that has never reported was never ready: there is nothing on it to evict.
                if (node.Status.Conditions.Any(c => c.Type == "Ready"))
                    wanted.Add((NotReady, "NoExecute"));
                break;
        }

        foreach (var (condition, taint) in s_pressures)
            if (node.Status.Conditions.Any(c => c.Type == condition && c.Status == "True"))
                wanted.Add((taint, "NoSchedule"));
        if (node.Spec.Unschedulable == true)
            wanted.Add((Unschedulable, "NoSchedule"));

        var present = node.Spec.Taints;
        var managed = present.Where(t => s_managed.Contains(t.Key)).Select(t => (t.Key, t.Effect)).ToHashSet();
        if (managed.SetEquals(wanted))
            return present;
        return
        [
            .. present.Where(t => !s_managed.Contains(t.Key) || wanted.Contains((t.Key, t.Effect))),
            .. wanted.Where(w => !managed.Contains(w)).Select(w => new Taint { Key = w.Key, Effect = w.Effect, TimeAdded = now }),
        ];
    }

    /// <summary>The status of a node that has not been heard of for too long.</summary>
    public static NodeStatus Silent(Node node, DateTimeOffset now)
    {
        var conditions = node.Status.Conditions.ToList();
        foreach (var type in s_reported)
        {
            var at = conditions.FindIndex(c => c.Type == type);
            if (at < 0)
            {
                conditions.Add(new NodeCondition
                {
                    Type = type,
                    Status = "Unknown",
                    Reason = "NodeStatusNeverUpdated",
                    Message = "Kubelet never posted node status.",
                    LastHeartbeatTime = node.Metadata.CreationTimestamp,
                    LastTransitionTime = now,
                });
            }
            else if (conditions[at].Status != "Unknown")
            {
                conditions[at] = conditions[at] with { Status = "Unknown", Reason = "NodeStatusUnknown", Message = "Kubelet stopped posting node status.", LastTransitionTime = now };
            }
        }

        return node.Status with { Conditions = conditions };
    }
}
