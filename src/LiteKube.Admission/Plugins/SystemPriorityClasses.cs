using LiteKube.Api.Meta.V1;
using LiteKube.Api.Scheduling.V1;

namespace LiteKube.Admission;

/// <summary>The two classes every cluster has; the API server makes them at start.</summary>
public static class SystemPriorityClasses
{
    public static readonly PriorityClass NodeCritical = new()
    {
        Metadata = new ObjectMeta { Name = "system-node-critical" },
        Value = 2_000_001_000,
        Description = "Used for system critical pods that must not be moved from their current node.",
    };

    public static readonly PriorityClass ClusterCritical = new()
    {
        Metadata = new ObjectMeta { Name = "system-cluster-critical" },
        Value = 2_000_000_000,
        Description = "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    };

    public static IReadOnlyList<PriorityClass> All { get; } = [NodeCritical, ClusterCritical];
}
