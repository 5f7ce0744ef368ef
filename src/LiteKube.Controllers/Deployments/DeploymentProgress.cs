using LiteKube.Api.Apps.V1;

namespace LiteKube.Controllers.Deployments;

/// <summary>Computes a Deployment's status from its ReplicaSets.</summary>
internal static class DeploymentProgress
{
    public static bool HasDeadline(this Deployment deployment) => deployment.Spec.ProgressDeadlineSeconds is not (null or int.MaxValue);

    public static bool IsComplete(Deployment deployment, DeploymentStatus status) =>
        (status.UpdatedReplicas ?? 0) == deployment.Replicas()
        && (status.Replicas ?? 0) == deployment.Replicas()
        && (status.AvailableReplicas ?? 0) == deployment.Replicas()
        && (status.ObservedGeneration ?? 0) >= (deployment.Metadata.Generation ?? 0);

    /// <summary>The counts, and whether enough pods are available.</summary>
    public static DeploymentStatus Counted(Deployment deployment, ReplicaSets sets, DateTimeOffset now)
    {
        var available = sets.All.Sum(rs => rs.Available());
        var status = deployment.Status with
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = NullIfNone(sets.All.Sum(rs => rs.Status.Replicas)),
            UpdatedReplicas = NullIfNone(sets.New?.Status.Replicas ?? 0),
            ReadyReplicas = NullIfNone(sets.All.Sum(rs => rs.Status.ReadyReplicas ?? 0)),
            AvailableReplicas = NullIfNone(available),
            UnavailableReplicas = NullIfNone(Math.Max(0, sets.All.Sum(rs => rs.Replicas()) - available)),
            TerminatingReplicas = sets.All.Sum(rs => rs.Status.TerminatingReplicas ?? 0),
        };
        return available >= deployment.Replicas() - deployment.MaxUnavailable()
            ? status.With(DeploymentConditions.Available, "True", DeploymentConditions.MinimumReplicasAvailable, "Deployment has minimum availability.", now)
            : status.With(DeploymentConditions.Available, "False", DeploymentConditions.MinimumReplicasUnavailable, "Deployment does not have minimum availability.", now);
    }

    /// <summary>The counts, and how the rollout gets on.</summary>
    public static DeploymentStatus Of(Deployment deployment, ReplicaSets sets, DateTimeOffset now)
    {
        var status = Counted(deployment, sets, now);
        var before = deployment.Status.Find(DeploymentConditions.Progressing);
        if (!deployment.HasDeadline())
            status = status.Without(DeploymentConditions.Progressing);

        // A rollout that was complete stays so until there is a new one, whatever becomes of its pods.
        var wasComplete = before?.Reason == DeploymentConditions.NewReplicaSetAvailable && status.Replicas == status.UpdatedReplicas;
        if (deployment.HasDeadline() && !wasComplete)
            status = Progress(deployment, sets, status, before, now);

        var failure = Failures(sets).FirstOrDefault();
        return failure is null
            ? status.Without(DeploymentConditions.ReplicaFailure)
            : status.With(DeploymentConditions.ReplicaFailure, failure.Status, failure.Reason ?? "", failure.Message ?? "", now);
    }

    /// <summary>When the rollout will have stood still for too long; null when that is not at issue.</summary>
    public static DateTimeOffset? Deadline(Deployment deployment, DeploymentStatus status)
    {
        if (!deployment.HasDeadline() || status.Find(DeploymentConditions.Progressing) is not { } condition || condition.Reason is DeploymentConditions.NewReplicaSetAvailable or DeploymentConditions.ProgressDeadlineExceeded)
            return null;
        return condition.LastUpdateTime?.AddSeconds(deployment.Spec.ProgressDeadlineSeconds!.Value);
    }

    private static DeploymentStatus Progress(Deployment deployment, ReplicaSets sets, DeploymentStatus status, DeploymentCondition? before, DateTimeOffset now)
    {
        var who = sets.New is { } rs ? $"ReplicaSet \"{rs.Metadata.Name}\"" : $"Deployment \"{deployment.Metadata.Name}\"";
        if (IsComplete(deployment, status))
            return status.With(DeploymentConditions.Progressing, "True", DeploymentConditions.NewReplicaSetAvailable, $"{who} has successfully progressed.", now);
        if (Advanced(deployment.Status, status))
        {
            // Written on every step: its update time is what the deadline counts from.
            var since = before?.Status == "True" ? before.LastTransitionTime : now;
            return status.Replace(new DeploymentCondition
            {
                Type = DeploymentConditions.Progressing,
                Status = "True",
                Reason = DeploymentConditions.ReplicaSetUpdated,
                Message = $"{who} is progressing.",
                LastUpdateTime = now,
                LastTransitionTime = since,
            });
        }

        return before?.Reason == DeploymentConditions.ProgressDeadlineExceeded || Deadline(deployment, status) < now
            ? status.With(DeploymentConditions.Progressing, "False", DeploymentConditions.ProgressDeadlineExceeded, $"{who} has timed out progressing.", now)
            : status;
    }

    private static bool Advanced(DeploymentStatus old, DeploymentStatus current) =>
        (current.UpdatedReplicas ?? 0) > (old.UpdatedReplicas ?? 0)
        || (current.Replicas ?? 0) - (current.UpdatedReplicas ?? 0) < (old.Replicas ?? 0) - (old.UpdatedReplicas ?? 0)
        || (current.ReadyReplicas ?? 0) > (old.ReadyReplicas ?? 0)
        || (current.AvailableReplicas ?? 0) > (old.AvailableReplicas ?? 0);

    private static IEnumerable<ReplicaSetCondition> Failures(ReplicaSets sets)
    {
        var ofNew = (sets.New?.Status.Conditions ?? []).Where(c => c.Type == DeploymentConditions.ReplicaFailure);
        return ofNew.Concat(sets.Old.SelectMany(rs => rs.Status.Conditions).Where(c => c.Type == DeploymentConditions.ReplicaFailure && c.Status == "True"));
    }

    private static int? NullIfNone(int count) => count == 0 ? null : count;
}
