using System.Globalization;
using LiteKube.Api;
using LiteKube.Api.Apps.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.Deployments;

/// <summary>The ReplicaSet of the present template: found and brought up to date, or made.</summary>
internal sealed partial class Rollout
{
    /// <summary>Sees that the ReplicaSet of the present template has the highest revision, and makes it where <paramref name="create"/> is set and there is none.</summary>
    private async ValueTask EnsureNewAsync(bool create, CancellationToken cancellationToken)
    {
        var revision = Sets.Old.Select(rs => DeploymentAnnotations.RevisionOf(rs.Metadata)).DefaultIfEmpty().Max() + 1;
        if (Sets.New is { } present)
            await RefreshAsync(present, revision, cancellationToken).ConfigureAwait(false);
        else if (create)
            await CreateAsync(revision, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RefreshAsync(ReplicaSet present, long revision, CancellationToken cancellationToken)
    {
        var wanted = DeploymentAnnotations.Current(Deployment, present, revision);
        if ((wanted.Spec.MinReadySeconds ?? 0) != (Deployment.Spec.MinReadySeconds ?? 0))
            wanted = wanted with { Spec = wanted.Spec with { MinReadySeconds = Deployment.Spec.MinReadySeconds } };
        if (!ReferenceEquals(wanted, present))
        {
            wanted = await client.UpdateAsync(wanted, cancellationToken).ConfigureAwait(false);
            Sets = Sets.Updated(wanted);
        }

        var status = Deployment.Status;
        if (Deployment.HasDeadline() && status.Find(DeploymentConditions.Progressing) is null)
            status = status.With(DeploymentConditions.Progressing, "True", DeploymentConditions.FoundNewReplicaSet, $"Found new replica set \"{wanted.Metadata.Name}\"", time.GetUtcNow());
        await WriteRevisionAsync(DeploymentAnnotations.RevisionOf(wanted.Metadata), status, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask CreateAsync(long revision, CancellationToken cancellationToken)
    {
        var wanted = Template(revision);
        var size = DeploymentSizes.SizeOfNew(Deployment, Sets.Old, 0);
        wanted = DeploymentAnnotations.Sized(wanted with { Spec = wanted.Spec with { Replicas = size } }, Deployment.Replicas(), Deployment.MaxTotal());
        var status = Deployment.Status;
        ReplicaSet created;
        try
        {
            created = await client.CreateAsync(wanted, cancellationToken).ConfigureAwait(false);
            if (Deployment.HasDeadline())
                status = status.With(DeploymentConditions.Progressing, "True", DeploymentConditions.NewReplicaSetCreated, $"Created new replica set \"{created.Metadata.Name}\"", time.GetUtcNow());
            if (size > 0)
                recorder.Record(Deployment, EventType.Normal, "ScalingReplicaSet", $"Scaled up replica set {created.Metadata.Name} from 0 to {size}");
        }
        catch (ApiException e) when (e.Reason == StatusReason.AlreadyExists)
        {
            created = await ResolveCollisionAsync(wanted, e, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (!e.IsNamespaceTerminating())
        {
            var message = $"Failed to create new replica set \"{wanted.Metadata.Name}\": {e.Message}";
            if (Deployment.HasDeadline())
                await WriteStatusAsync(status.With(DeploymentConditions.Progressing, "False", DeploymentConditions.ReplicaSetCreateError, message, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
            recorder.Record(Deployment, EventType.Warning, DeploymentConditions.ReplicaSetCreateError, message);
            throw;
        }

        Sets = Sets.With(created);
        await WriteRevisionAsync(revision, status, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The name is taken: by what an earlier turn made, which will do, or by another template, and then the next turn takes another name.</summary>
    private async ValueTask<ReplicaSet> ResolveCollisionAsync(ReplicaSet wanted, ApiException failure, CancellationToken cancellationToken)
    {
        var taken = await client.GetAsync<ReplicaSet>(wanted.Metadata.Namespace, wanted.Metadata.Name!, cancellationToken).ConfigureAwait(false);
        if (taken.Metadata.IsControlledBy(Deployment.Metadata.Uid) && taken.Spec.Template is { } template && PodTemplateHash.Same(template, Deployment.Spec.Template))
            return taken;
        await WriteStatusAsync(Deployment.Status with { CollisionCount = (Deployment.Status.CollisionCount ?? 0) + 1 }, cancellationToken).ConfigureAwait(false);
        throw failure;
    }

    private ReplicaSet Template(long revision)
    {
        var template = Deployment.Spec.Template;
        var hash = PodTemplateHash.Of(template, Deployment.Status.CollisionCount ?? 0);
        var metadata = template.Metadata ?? new ObjectMeta();
        var labels = new Dictionary<string, string>(metadata.Labels, StringComparer.Ordinal) { [PodTemplateHash.Label] = hash };
        var selector = Deployment.Spec.Selector;
        var rs = new ReplicaSet
        {
            Metadata = new ObjectMeta
            {
                Namespace = Deployment.Metadata.Namespace,
                Name = $"{Deployment.Metadata.Name}-{hash}",
                Labels = labels,
                OwnerReferences = [Deployment.ControllerReference()],
            },
            Spec = new ReplicaSetSpec
            {
                MinReadySeconds = Deployment.Spec.MinReadySeconds,
                Selector = selector with { MatchLabels = new Dictionary<string, string>(selector.MatchLabels, StringComparer.Ordinal) { [PodTemplateHash.Label] = hash } },
                Template = template with { Metadata = metadata with { Labels = labels } },
            },
        };
        return DeploymentAnnotations.Current(Deployment, rs, revision);
    }

    /// <summary>The revision stands on the Deployment itself too; it travels with the status.</summary>
    private async ValueTask WriteRevisionAsync(long revision, DeploymentStatus status, CancellationToken cancellationToken)
    {
        var text = revision.ToString(CultureInfo.InvariantCulture);
        var same = Deployment.Metadata.Annotations.TryGetValue(DeploymentAnnotations.Revision, out var present) && present == text;
        if (same && ReferenceEquals(status, Deployment.Status))
            return;
        var annotations = new Dictionary<string, string>(Deployment.Metadata.Annotations, StringComparer.Ordinal) { [DeploymentAnnotations.Revision] = text };
        var wanted = Deployment with { Metadata = Deployment.Metadata with { Annotations = annotations }, Status = status };
        Deployment = await client.UpdateStatusAsync(wanted, cancellationToken).ConfigureAwait(false);
    }
}
