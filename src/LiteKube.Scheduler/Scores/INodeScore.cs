using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Scores;

/// <summary>One reason to prefer a node. Scores of a kind are spread over 0 to 100 among the candidates, then weighed and summed.</summary>
internal interface INodeScore
{
    int Weight { get; }

    /// <summary>Whether raw scores are of any size and must be spread over 0 to 100; otherwise they are that already.</summary>
    bool Normalize { get; }

    /// <summary>Whether less is better.</summary>
    bool Reverse => false;

    double Score(SchedulingAttempt attempt, NodeInfo node);
}
