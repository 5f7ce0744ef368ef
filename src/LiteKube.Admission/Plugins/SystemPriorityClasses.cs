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
        Description = "For pods that must not be moved from their node.",
    };

    public static readonly PriorityClass ClusterCritical = new()
    {
        Metadata = new ObjectMeta { Name = "system-cluster-critical" },
        Value = 2_000_000_000,
        Description = "For pods that the cluster cannot do without, but which may run on another node.",
    };

    public static IReadOnlyList<PriorityClass> All { get; } = [NodeCritical, ClusterCritical];
}
