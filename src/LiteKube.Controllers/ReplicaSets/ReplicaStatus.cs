using LiteKube.Api.Apps.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.ReplicaSets;

/// <summary>Counts pods into a status.</summary>
internal static class ReplicaStatus
{
    private const string ReplicaFailure = "ReplicaFailure";

    /// <param name="failure">Why pods could not be created or deleted on this turn, as reason and message.</param>
    public static ReplicaSetStatus Of(ReplicaSetStatus present, long generation, IReadOnlyList<Pod> active, int terminating, PodTemplateSpec template, int minReadySeconds, (string Reason, string Message)? failure, DateTimeOffset now)
    {
        int labeled = 0, ready = 0, available = 0;
        var labels = template.Metadata?.Labels ?? new Dictionary<string, string>();
        foreach (var pod in active)
        {
            if (labels.All(l => pod.Metadata.Labels.TryGetValue(l.Key, out var value) && value == l.Value))
                labeled++;
            if (pod.AvailableFrom(minReadySeconds) is not { } from)
                continue;
            ready++;
            if (from <= now)
                available++;
        }

        return present with
        {
            Replicas = active.Count,
            FullyLabeledReplicas = NullIfNone(labeled),
            ReadyReplicas = NullIfNone(ready),
            AvailableReplicas = NullIfNone(available),
            TerminatingReplicas = terminating,
            ObservedGeneration = generation,
            Conditions = Conditions(present.Conditions, failure, now),
        };
    }

    private static int? NullIfNone(int count) => count == 0 ? null : count;

    private static IReadOnlyList<ReplicaSetCondition> Conditions(IReadOnlyList<ReplicaSetCondition> present, (string Reason, string Message)? failure, DateTimeOffset now)
    {
        var known = present.Any(c => c.Type == ReplicaFailure);
        if (failure is null)
            return known ? [.. present.Where(c => c.Type != ReplicaFailure)] : present;

        // The first failure's words stay until all is well again: they carry generated names, which would change on each attempt.
        if (known)
            return present;
        return [.. present, new ReplicaSetCondition { Type = ReplicaFailure, Status = "True", Reason = failure.Value.Reason, Message = failure.Value.Message, LastTransitionTime = now }];
    }
}
