using System.Globalization;
using System.Numerics;
using LiteKube.Api.Core.V1;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.ReplicaSets;

/// <summary>
/// Which pods go first when there are too many: those that do least, cost least, or have lived shortest.
/// (https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset)
/// </summary>
internal sealed class DeletionOrder : IComparer<Pod>
{
    private const string CostAnnotation = "controller.kubernetes.io/pod-deletion-cost";

    private readonly DateTimeOffset _now;
    private readonly Dictionary<string, int> _podsOnNode = new(StringComparer.Ordinal);

    /// <param name="related">Active pods of the same application: a node that runs more of them gives up one first.</param>
    public DeletionOrder(IEnumerable<Pod> related, DateTimeOffset now)
    {
        _now = now;
        foreach (var pod in related)
            if (pod.IsActive() && pod.Spec.NodeName is { Length: > 0 } node)
                _podsOnNode[node] = _podsOnNode.GetValueOrDefault(node) + 1;
    }

    /// <summary>Negative where <paramref name="x"/> goes before <paramref name="y"/>.</summary>
    public int Compare(Pod? x, Pod? y)
    {
        if (ReferenceEquals(x, y) || x is null || y is null)
            return 0;
        if (Bound(x) != Bound(y))
            return Bound(x) ? 1 : -1;
        if (PhaseRank(x) is var left && PhaseRank(y) is var right && left != right)
            return left - right;
        if (x.IsReady() != y.IsReady())
            return x.IsReady() ? 1 : -1;
        if (Cost(x).CompareTo(Cost(y)) is not 0 and var cost)
            return cost;
        if (Crowd(y) - Crowd(x) is not 0 and var crowd)
            return crowd;
        if (x.IsReady() && Younger(ReadySince(x), ReadySince(y)) is not 0 and var ready)
            return ready;
        if (Restarts(y) - Restarts(x) is not 0 and var restarts)
            return restarts;
        return Younger(x.Metadata.CreationTimestamp, y.Metadata.CreationTimestamp);
    }

    private static bool Bound(Pod pod) => !string.IsNullOrEmpty(pod.Spec.NodeName);

    private static int PhaseRank(Pod pod) => pod.Status.Phase switch
    {
        "Running" => 2,
        "Unknown" => 1,
        _ => 0,
    };

    private static int Cost(Pod pod) => pod.Metadata.Annotations.TryGetValue(CostAnnotation, out var text) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;

    private static DateTimeOffset? ReadySince(Pod pod) => pod.Condition("Ready")?.LastTransitionTime;

    private static int Restarts(Pod pod) => pod.Status.ContainerStatuses.Select(c => c.RestartCount).DefaultIfEmpty().Max();

    private int Crowd(Pod pod) => pod.Spec.NodeName is { } node ? _podsOnNode.GetValueOrDefault(node) : 0;

    // Ages are compared by their order of magnitude, so that which of many pods goes is not always the very youngest.
    private int Younger(DateTimeOffset? x, DateTimeOffset? y)
    {
        var left = Magnitude(x);
        var right = Magnitude(y);
        return left.CompareTo(right);
    }

    private int Magnitude(DateTimeOffset? since)
    {
        if (since is null)
            return -1;
        var nanoseconds = Math.Max(0, (_now - since.Value).Ticks);
        return nanoseconds == 0 ? 0 : BitOperations.Log2((ulong)nanoseconds) + 1;
    }
}
