using LiteKube.Api.Core.V1;
using LiteKube.Client;

namespace LiteKube.Controllers.Protection;

/// <summary>Keeps a claim that is being deleted until no pod uses it. (https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection)</summary>
internal sealed class ClaimProtectionController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<ClaimProtectionController>())
{
    public const string Finalizer = "kubernetes.io/pvc-protection";

    private readonly Informer<PersistentVolumeClaim> _claims = context.Informers.Of<PersistentVolumeClaim>();
    private readonly Informer<Pod> _pods = context.Informers.Of<Pod>();
    private readonly InformerIndex<Pod> _byClaim = context.Informers.Of<Pod>().Index("protectedClaims", ClaimsOf);

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_claims, (_, current) =>
        {
            if (current is not null && NeedsWork(current))
                Queue.Add($"{current.Metadata.Namespace}/{current.Metadata.Name}");
        }),
        On(_pods, (old, current) =>
        {
            // A pod that is gone or finished may have been the last user.
            if (old is null || (current is not null && IsUser(current)))
                return;
            foreach (var claim in ClaimsOf(old))
                Queue.Add(claim);
        }),
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        if (_claims.Get(key) is not { } claim || !NeedsWork(claim))
            return;
        var deleted = claim.Metadata.DeletionTimestamp is not null;
        if (deleted && await IsUsedAsync(claim, key, cancellationToken).ConfigureAwait(false))
            return;
        await context.Client.UpdateAsync<PersistentVolumeClaim>(
            claim.Metadata.Namespace,
            claim.Metadata.Name!,
            c => !NeedsWork(c) || c.Metadata.Uid != claim.Metadata.Uid ? null
                : c with { Metadata = c.Metadata with { Finalizers = deleted ? [.. c.Metadata.Finalizers.Where(f => f != Finalizer)] : [.. c.Metadata.Finalizers, Finalizer] } },
            cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private static bool NeedsWork(PersistentVolumeClaim claim) => claim.Metadata.DeletionTimestamp is not null == claim.Metadata.Finalizers.Contains(Finalizer);

    private async ValueTask<bool> IsUsedAsync(PersistentVolumeClaim claim, string key, CancellationToken cancellationToken)
    {
        if (_byClaim[key].Any(IsUser))
            return true;

        // The cache may not know a pod yet that was made a moment ago; the server does.
        var pods = await context.Client.ListAsync<Pod>(claim.Metadata.Namespace, cancellationToken: cancellationToken).ConfigureAwait(false);
        return pods.Any(p => IsUser(p) && ClaimsOf(p).Contains(key));
    }

    /// <summary>A pod that no node has, or that has run, holds no volume.</summary>
    private static bool IsUser(Pod pod) => !string.IsNullOrEmpty(pod.Spec.NodeName) && pod.Status.Phase is not ("Succeeded" or "Failed");

    private static IEnumerable<string> ClaimsOf(Pod pod)
    {
        foreach (var volume in pod.Spec.Volumes)
        {
            if (volume.PersistentVolumeClaim is { ClaimName: { Length: > 0 } name })
                yield return $"{pod.Metadata.Namespace}/{name}";
            else if (volume.Ephemeral is not null)
                yield return $"{pod.Metadata.Namespace}/{pod.Metadata.Name}-{volume.Name}";
        }
    }
}
