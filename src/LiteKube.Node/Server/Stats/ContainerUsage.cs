using LiteKube.Api.Core.V1;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Server.Stats;

internal sealed record ContainerUsage(string Name, DateTimeOffset? StartedAt, ContainerStats Stats);

/// <summary>A pod's running containers and what they use.</summary>
internal sealed record PodUsage(Pod Pod, IReadOnlyList<ContainerUsage> Containers)
{
    public ulong CpuNanoseconds => Sum(s => s.CpuNanoseconds);

    public ulong WorkingSetBytes => Sum(s => s.MemoryWorkingSetBytes);

    public ulong UsageBytes => Sum(s => s.MemoryUsageBytes);

    public ulong RssBytes => Sum(s => s.MemoryRssBytes);

    private ulong Sum(Func<ContainerStats, ulong> value) => Containers.Aggregate(0UL, (sum, c) => sum + value(c.Stats));
}
