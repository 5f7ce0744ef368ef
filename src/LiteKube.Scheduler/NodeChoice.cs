using LiteKube.Scheduler.Filters;
using LiteKube.Scheduler.Scores;
using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler;

/// <summary>Runs the filters, then the scores. Pure: nothing here waits or writes.</summary>
internal sealed class NodeChoice(Random random)
{
    // Cheap ones first: the first that rejects a node ends the matter for it.
    private readonly INodeFilter[] _filters =
    [
        new NodeUnschedulableFilter(),
        new NodeNameFilter(),
        new TaintTolerationFilter(),
        new NodeAffinityFilter(),
        new NodePortsFilter(),
        new NodeResourcesFitFilter(),
        new PodTopologySpreadFilter(),
        new InterPodAffinityFilter(),
    ];

    private readonly INodeScore[] _scores =
    [
        new LeastAllocatedScore(),
        new BalancedAllocationScore(),
        new TaintPreferenceScore(),
        new NodeAffinityScore(),
        new PodAffinityScore(),
        new ImageLocalityScore(),
        new SpreadScore(),
    ];

    public Rejection? Check(SchedulingAttempt attempt, NodeInfo node)
    {
        foreach (var filter in _filters)
            if (filter.Check(attempt, node) is { } rejection)
                return rejection;
        return null;
    }

    /// <summary>The best of nodes that all passed the filters.</summary>
    public NodeInfo Best(SchedulingAttempt attempt, IReadOnlyList<NodeInfo> candidates)
    {
        if (candidates.Count == 1)
            return candidates[0];
        var totals = new double[candidates.Count];
        foreach (var score in _scores)
        {
            var raw = candidates.Select(n => score.Score(attempt, n)).ToArray();
            Spread(score, raw);
            for (var i = 0; i < raw.Length; i++)
                totals[i] += score.Weight * raw[i];
        }

        var best = totals.Max();
        var ties = Enumerable.Range(0, totals.Length).Where(i => best - totals[i] < 1e-6).ToArray();
        return candidates[ties[ties.Length == 1 ? 0 : random.Next(ties.Length)]];
    }

    private static void Spread(INodeScore score, double[] raw)
    {
        if (!score.Normalize)
            return;
        var (min, max) = (raw.Min(), raw.Max());
        for (var i = 0; i < raw.Length; i++)
        {
            var part = max - min < 1e-9 ? 0 : (raw[i] - min) / (max - min);
            raw[i] = 100 * (score.Reverse ? 1 - part : part);
        }
    }
}
