using LiteKube.Api.Core.V1;
using LiteKube.Node.Pods;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Resources;

/// <summary>Requests and limits as cgroup settings.</summary>
internal static class ContainerLimits
{
    private const long MinShares = 2;
    private const long MaxShares = 262_144;
    private const long SharesPerCpu = 1024;
    private const long Period = 100_000;
    private const long MinQuota = 1_000;
    private const int GuaranteedOomScore = -997;
    private const int BestEffortOomScore = 1000;

    /// <param name="memoryCapacity">The machine's memory in bytes: the scale of the OOM score.</param>
    public static ContainerResources Of(Pod pod, Container container, long memoryCapacity)
    {
        var limits = container.Resources?.Limits;
        var requests = container.Resources?.Requests;
        var cpuLimit = limits.Of("cpu").MilliValue;
        var cpuRequest = requests is not null && requests.ContainsKey("cpu") ? requests.Of("cpu").MilliValue : cpuLimit;
        var memoryLimit = limits.Of("memory").Value;
        return new ContainerResources(
            CpuShares: Shares(cpuRequest),
            CpuQuota: Quota(cpuLimit),
            CpuPeriod: cpuLimit > 0 ? Period : 0,
            MemoryBytes: memoryLimit,

            // The same bound for memory and swap together: no swap for limited containers.
            MemorySwapBytes: memoryLimit,
            OomScoreAdjust: OomScore(pod, container, memoryCapacity));
    }

    public static long Shares(long milliCpu) => Math.Clamp(milliCpu * SharesPerCpu / 1000, MinShares, MaxShares);

    public static long Quota(long milliCpu) => milliCpu <= 0 ? 0 : Math.Max(MinQuota, milliCpu * Period / 1000);

    private static int OomScore(Pod pod, Container container, long memoryCapacity)
    {
        if (pod.IsCritical())
            return GuaranteedOomScore;
        switch (QosClass.Of(pod))
        {
            case QosClass.Guaranteed:
                return GuaranteedOomScore;
            case QosClass.BestEffort:
                return BestEffortOomScore;
        }

        // Burstable: the less a container asked for, the likelier it goes first; always between the other two classes.
        var request = container.Resources?.Requests.Of("memory").Value ?? 0;
        var score = memoryCapacity > 0 ? 1000 - (1000 * (decimal)request / memoryCapacity) : 1000;
        return (int)Math.Clamp(score, 1000 + GuaranteedOomScore, BestEffortOomScore - 1);
    }
}
