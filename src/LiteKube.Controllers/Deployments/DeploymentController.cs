using LiteKube.Api;
using LiteKube.Api.Apps.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Selectors;
using LiteKube.Client;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.Deployments;

/// <summary>Brings a Deployment's ReplicaSets, step by step, to where all pods are of its present template. Each step is one turn; what a step changes wakes the next.</summary>
internal sealed class DeploymentController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<DeploymentController>())
{
    private readonly Informer<Deployment> _deployments = context.Informers.Of<Deployment>();
    private readonly Informer<ReplicaSet> _replicaSets = context.Informers.Of<ReplicaSet>();
    private readonly Informer<Pod> _pods = context.Informers.Of<Pod>();
    private readonly InformerIndex<ReplicaSet> _replicaSetsByController = context.Informers.Of<ReplicaSet>().ByController();
    private readonly InformerIndex<Pod> _podsByController = context.Informers.Of<Pod>().ByController();
    private readonly OwnerClaims<Deployment> _claims = new(context.Client);
    private readonly IEventRecorder _recorder = context.Recorder("deployment-controller");

    protected override int Workers => 4;

    protected override IReadOnlyList<Task> Subscribe() => [On(_deployments, DeploymentChanged), On(_replicaSets, ReplicaSetChanged), On(_pods, PodChanged)];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        if (_deployments.Get(key) is not { } deployment)
            return;
        var selector = LabelMatcher.Of(deployment.Spec.Selector);
        if (selector.IsEverything)
        {
            _recorder.Record(deployment, EventType.Warning, "SelectingAll", "This deployment is selecting all pods. A non-empty selector is required.");
            return;
        }

        var candidates = _replicaSetsByController[deployment.Metadata.Uid!].Concat(_replicaSetsByController[""].Where(rs => rs.Metadata.Namespace == deployment.Metadata.Namespace));
        var owned = await _claims.ClaimAsync(deployment, selector, candidates, cancellationToken).ConfigureAwait(false);
        var sets = ReplicaSets.Of(deployment, owned);
        var rollout = new Rollout(context.Client, _recorder, context.Time, deployment, sets);
        if (deployment.Metadata.DeletionTimestamp is null)
            await AdvanceAsync(rollout, cancellationToken).ConfigureAwait(false);
        else
            await rollout.WriteStatusAsync(DeploymentProgress.Counted(deployment, sets, context.Time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        if (rollout.ComeBackIn is { } delay)
            Queue.AddAfter(key, delay);
    }

    private async ValueTask AdvanceAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        await rollout.NotePauseAsync(cancellationToken).ConfigureAwait(false);
        var deployment = rollout.Deployment;
        if (deployment.Spec.Paused == true || rollout.IsScaling)
        {
            await rollout.ScaleAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        if (deployment.Rolls())
            await rollout.RollAsync(cancellationToken).ConfigureAwait(false);
        else
            await rollout.RecreateAsync(OldPodsRemain(rollout), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a pod of another template may still run: also one that is being deleted.</summary>
    private bool OldPodsRemain(Rollout rollout) => rollout.Sets.Old.Any(rs => rs.Status.Replicas > 0 || _podsByController[rs.Metadata.Uid!].Any(p => !p.IsFinished()));

    private void DeploymentChanged(Deployment? old, Deployment? current)
    {
        if (current is not null)
            Queue.Add(current.Metadata.KeyOf().ToString());
    }

    private void ReplicaSetChanged(ReplicaSet? old, ReplicaSet? current)
    {
        var rs = (current ?? old)!;
        var owner = OwnerKeyOf(rs);
        if (owner is not null)
            Queue.Add(owner);
        if (old is not null && OwnerKeyOf(old) is { } former && former != owner)
            Queue.Add(former);
        if (current is null || rs.Metadata.ControllerOf() is not null)
            return;
        foreach (var deployment in _deployments.ListIn(rs.Metadata.Namespace!))
            if (LabelMatcher.Of(deployment.Spec.Selector) is { IsEverything: false } selector && selector.Matches(rs.Metadata.Labels))
                Queue.Add(deployment.Metadata.KeyOf().ToString());
    }

    /// <summary>Recreate waits for the last pod of the old template; everything else shows in the ReplicaSets.</summary>
    private void PodChanged(Pod? old, Pod? current)
    {
        if (old is null || (current is not null && !current.IsFinished()))
            return;
        if (old.Metadata.ControllerOf() is { Kind: "ReplicaSet" } owner
            && _replicaSets.Get(old.Metadata.Namespace, owner.Name) is { } rs
            && OwnerKeyOf(rs) is { } key
            && _deployments.Get(key) is { } deployment
            && !deployment.Rolls())
            Queue.Add(key);
    }

    private static string? OwnerKeyOf(ReplicaSet rs) => rs.Metadata.ControllerOf() is { Kind: "Deployment" } owner ? $"{rs.Metadata.Namespace}/{owner.Name}" : null;
}
