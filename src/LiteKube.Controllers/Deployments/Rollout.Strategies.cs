using LiteKube.Api.Apps.V1;

namespace LiteKube.Controllers.Deployments;

/// <summary>How pods move from the old ReplicaSets to the new one.</summary>
internal sealed partial class Rollout
{
    /// <summary>Up by what the surge allows, else down by what availability allows.</summary>
    public async ValueTask RollAsync(CancellationToken cancellationToken)
    {
        await EnsureNewAsync(create: true, cancellationToken).ConfigureAwait(false);
        var moved = await GrowNewAsync(cancellationToken).ConfigureAwait(false) || await ShrinkOldAsync(cancellationToken).ConfigureAwait(false);
        if (!moved && DeploymentProgress.IsComplete(Deployment, Deployment.Status))
            await CleanUpAsync(cancellationToken).ConfigureAwait(false);
        await WriteProgressAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Everything down; only when nothing of the old runs, everything up.</summary>
    public async ValueTask RecreateAsync(bool oldPodsRemain, CancellationToken cancellationToken)
    {
        await EnsureNewAsync(create: false, cancellationToken).ConfigureAwait(false);
        var moved = false;
        foreach (var rs in Sets.ActiveOld.ToList())
            moved |= await ResizeAsync(rs, 0, cancellationToken).ConfigureAwait(false);
        if (!moved && !oldPodsRemain)
        {
            await EnsureNewAsync(create: true, cancellationToken).ConfigureAwait(false);
            await ResizeAsync(Sets.New!, Deployment.Replicas(), cancellationToken).ConfigureAwait(false);
            if (DeploymentProgress.IsComplete(Deployment, Deployment.Status))
                await CleanUpAsync(cancellationToken).ConfigureAwait(false);
        }

        await WriteProgressAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Paused, or spec.replicas changed: sizes follow, the template does not.</summary>
    public async ValueTask ScaleAsync(CancellationToken cancellationToken)
    {
        await EnsureNewAsync(create: false, cancellationToken).ConfigureAwait(false);
        if (Sets.ActiveOrLatest() is { } only)
        {
            await ResizeAsync(only, Deployment.Replicas(), cancellationToken).ConfigureAwait(false);
        }
        else if (IsSaturated())
        {
            foreach (var rs in Sets.ActiveOld.ToList())
                await ResizeAsync(rs, 0, cancellationToken).ConfigureAwait(false);
        }
        else if (Deployment.Rolls())
        {
            await ShareOutAsync(cancellationToken).ConfigureAwait(false);
        }

        if (Deployment.Spec.Paused == true)
            await CleanUpAsync(cancellationToken).ConfigureAwait(false);
        await WriteStatusAsync(DeploymentProgress.Counted(Deployment, Sets, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> GrowNewAsync(CancellationToken cancellationToken)
    {
        var rs = Sets.New!;
        var size = rs.Replicas() > Deployment.Replicas() ? Deployment.Replicas() : DeploymentSizes.SizeOfNew(Deployment, Sets.All, rs.Replicas());
        return rs.Replicas() != size && await ResizeAsync(rs, size, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> ShrinkOldAsync(CancellationToken cancellationToken)
    {
        var oldPods = Sets.Old.Sum(rs => rs.Replicas());
        if (oldPods == 0)
            return false;
        var minAvailable = Deployment.Replicas() - Deployment.MaxUnavailable();
        var newUnavailable = Sets.New!.Replicas() - Sets.New!.Available();
        var room = Sets.All.Sum(rs => rs.Replicas()) - minAvailable - newUnavailable;
        if (room <= 0)
            return false;

        // Old pods that are not available cost nothing to give up, and keep others from the room they take.
        var moved = false;
        foreach (var rs in Sets.ActiveOld.ToList())
        {
            var unhealthy = Math.Min(room, rs.Replicas() - rs.Available());
            if (unhealthy <= 0)
                continue;
            moved |= await ResizeAsync(rs, rs.Replicas() - unhealthy, cancellationToken).ConfigureAwait(false);
            room -= unhealthy;
        }

        // A ReplicaSet that was just told to shrink still counts as available what it is about to delete.
        var spare = Sets.All.Sum(rs => Math.Min(rs.Available(), rs.Replicas())) - minAvailable;
        foreach (var rs in Sets.ActiveOld.ToList())
        {
            if (spare <= 0)
                break;
            var down = Math.Min(rs.Replicas(), spare);
            moved |= await ResizeAsync(rs, rs.Replicas() - down, cancellationToken).ConfigureAwait(false);
            spare -= down;
        }

        return moved;
    }

    /// <summary>A scaling in the middle of a rollout goes to all active ReplicaSets by size; what rounding leaves goes to the largest.</summary>
    private async ValueTask ShareOutAsync(CancellationToken cancellationToken)
    {
        var active = Sets.All.Where(rs => rs.Replicas() > 0).ToList();
        var allowed = Deployment.Replicas() > 0 ? Deployment.MaxTotal() : 0;
        var toAdd = allowed - active.Sum(rs => rs.Replicas());

        // Of equals, the newer grows first and the older shrinks first.
        active.Reverse();
        var ordered = toAdd > 0
            ? active.OrderByDescending(rs => rs.Replicas()).ThenByDescending(rs => rs.Metadata.CreationTimestamp).ToList()
            : active.OrderByDescending(rs => rs.Replicas()).ThenBy(rs => rs.Metadata.CreationTimestamp).ToList();
        var sizes = new int[ordered.Count];
        var added = 0;
        for (var i = 0; i < ordered.Count; i++)
        {
            var share = DeploymentSizes.Proportion(Deployment, ordered[i], toAdd, added);
            sizes[i] = ordered[i].Replicas() + share;
            added += share;
        }

        if (ordered.Count > 0)
            sizes[0] = Math.Max(0, sizes[0] + toAdd - added);
        for (var i = 0; i < ordered.Count; i++)
            await ResizeAsync(ordered[i], sizes[i], cancellationToken).ConfigureAwait(false);
    }

    private bool IsSaturated() =>
        Sets.New is { } rs
        && rs.Replicas() == Deployment.Replicas()
        && DeploymentAnnotations.Number(rs.Metadata, DeploymentAnnotations.DesiredReplicas) == Deployment.Replicas()
        && rs.Available() == Deployment.Replicas();
}
