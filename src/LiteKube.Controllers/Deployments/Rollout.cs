using LiteKube.Api.Apps.V1;
using LiteKube.Api.Codecs;
using LiteKube.Client;

namespace LiteKube.Controllers.Deployments;

/// <summary>One turn on one Deployment. Holds the newest versions of what it writes, so that later steps of the turn build on earlier ones.</summary>
internal sealed partial class Rollout(KubeClient client, IEventRecorder recorder, TimeProvider time, Deployment deployment, ReplicaSets sets)
{
    public Deployment Deployment { get; private set; } = deployment;

    public ReplicaSets Sets { get; private set; } = sets;

    /// <summary>Set when the only thing left to wait for is time.</summary>
    public TimeSpan? ComeBackIn { get; private set; }

    /// <summary>Whether spec.replicas changed since its ReplicaSets were last sized.</summary>
    public bool IsScaling => Sets.All.Any(rs =>
        rs.Replicas() > 0
        && DeploymentAnnotations.Number(rs.Metadata, DeploymentAnnotations.DesiredReplicas) is { } desired
        && desired != Deployment.Replicas());

    /// <summary>Pausing and resuming restart the progress deadline.</summary>
    public async ValueTask NotePauseAsync(CancellationToken cancellationToken)
    {
        var condition = Deployment.Status.Find(DeploymentConditions.Progressing);
        if (!Deployment.HasDeadline() || condition?.Reason == DeploymentConditions.ProgressDeadlineExceeded)
            return;
        var noted = condition?.Reason == DeploymentConditions.DeploymentPaused;
        var paused = Deployment.Spec.Paused == true;
        if (paused == noted)
            return;
        var status = paused
            ? Deployment.Status.With(DeploymentConditions.Progressing, "Unknown", DeploymentConditions.DeploymentPaused, "Deployment is paused", time.GetUtcNow())
            : Deployment.Status.With(DeploymentConditions.Progressing, "Unknown", DeploymentConditions.DeploymentResumed, "Deployment is resumed", time.GetUtcNow());
        await WriteStatusAsync(status, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask WriteStatusAsync(DeploymentStatus status, CancellationToken cancellationToken)
    {
        if (!JsonText.Same(Deployment.Status, status))
            Deployment = await client.UpdateStatusAsync(Deployment with { Status = status }, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteProgressAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var status = DeploymentProgress.Of(Deployment, Sets, now);
        await WriteStatusAsync(status, cancellationToken).ConfigureAwait(false);

        // A second more, because times in objects are cut to seconds.
        if (!DeploymentProgress.IsComplete(Deployment, status) && DeploymentProgress.Deadline(Deployment, status) is { } deadline)
            ComeBackIn = (deadline > now ? deadline - now : TimeSpan.Zero) + TimeSpan.FromSeconds(1);
    }

    /// <summary>Sizes a ReplicaSet and notes the Deployment's sizes on it. True if its size changed.</summary>
    private async ValueTask<bool> ResizeAsync(ReplicaSet rs, int size, CancellationToken cancellationToken)
    {
        var resized = rs.Replicas() != size;
        var wanted = DeploymentAnnotations.Sized(rs, Deployment.Replicas(), Deployment.MaxTotal());
        if (!resized && ReferenceEquals(wanted, rs))
            return false;
        var updated = await client.UpdateAsync(wanted with { Spec = wanted.Spec with { Replicas = size } }, cancellationToken).ConfigureAwait(false);
        Sets = Sets.Updated(updated);
        if (resized)
            recorder.Record(Deployment, EventType.Normal, "ScalingReplicaSet", $"Scaled {(size > rs.Replicas() ? "up" : "down")} replica set {rs.Metadata.Name} from {rs.Replicas()} to {size}");
        return resized;
    }

    /// <summary>Deletes old ReplicaSets beyond what the history keeps; only those without pods.</summary>
    private async ValueTask CleanUpAsync(CancellationToken cancellationToken)
    {
        if (Deployment.Spec.RevisionHistoryLimit is not { } limit || limit == int.MaxValue)
            return;
        var cleanable = Sets.Old.Where(rs => rs.Metadata.DeletionTimestamp is null).OrderBy(rs => DeploymentAnnotations.RevisionOf(rs.Metadata)).ToList();
        foreach (var rs in cleanable.Take(Math.Max(0, cleanable.Count - limit)))
        {
            if (rs.Status.Replicas != 0 || rs.Replicas() != 0 || rs.Metadata.Generation > (rs.Status.ObservedGeneration ?? 0))
                continue;
            await client.TryDeleteAsync(ReplicaSet.Resource, rs.Metadata.Namespace, rs.Metadata.Name!, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }
}
