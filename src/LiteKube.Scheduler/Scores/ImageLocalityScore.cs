using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Scores;

/// <summary>Prefers nodes that have the pod's images already, the more so the larger they are.</summary>
internal sealed class ImageLocalityScore : INodeScore
{
    private const double Least = 23 << 20;
    private const double MostPerContainer = 1000 << 20;

    public int Weight => 1;

    public bool Normalize => false;

    public double Score(SchedulingAttempt attempt, NodeInfo node)
    {
        var containers = attempt.Spec.Containers.Concat(attempt.Spec.InitContainers).ToList();
        var present = containers.Sum(c => node.Images.TryGetValue(c.Image ?? "", out var size) || node.Images.TryGetValue(c.Image + ":latest", out size) ? size : 0.0);
        var most = MostPerContainer * containers.Count;
        return 100 * (Math.Clamp(present, Least, most) - Least) / (most - Least);
    }
}
