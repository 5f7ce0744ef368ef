using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Scores;

/// <summary>Prefers nodes that would have most left.</summary>
internal sealed class LeastAllocatedScore : INodeScore
{
    public int Weight => 1;

    public bool Normalize => false;

    public double Score(SchedulingAttempt attempt, NodeInfo node)
    {
        var (cpu, memory) = ResourceUse.With(attempt, node);
        return 100 * ((1 - cpu) + (1 - memory)) / 2;
    }
}

/// <summary>Prefers nodes on which CPU and memory would be used alike.</summary>
internal sealed class BalancedAllocationScore : INodeScore
{
    public int Weight => 1;

    public bool Normalize => false;

    public double Score(SchedulingAttempt attempt, NodeInfo node)
    {
        var (cpu, memory) = ResourceUse.With(attempt, node);
        return 100 * (1 - (Math.Abs(cpu - memory) / 2));
    }
}

internal static class ResourceUse
{
    /// <summary>The used parts of CPU and memory, 0 to 1, if the pod were on the node.</summary>
    public static (double Cpu, double Memory) With(SchedulingAttempt attempt, NodeInfo node) =>
        (Part(node.ScoredCpu + attempt.Pod.ScoredCpu, node.Allocatable[ResourceAmounts.Cpu]), Part(node.ScoredMemory + attempt.Pod.ScoredMemory, node.Allocatable[ResourceAmounts.Memory]));

    private static double Part(long used, long all) => all <= 0 ? 1 : Math.Min(1, (double)used / all);
}
