using LiteKube.Api.Core.V1;
using LiteKube.Client;

namespace LiteKube.Controllers.Protection;

/// <summary>Keeps a volume that is being deleted as long as it is bound to a claim.</summary>
internal sealed class VolumeProtectionController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<VolumeProtectionController>())
{
    public const string Finalizer = "kubernetes.io/pv-protection";

    private readonly Informer<PersistentVolume> _volumes = context.Informers.Of<PersistentVolume>();

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_volumes, (_, current) =>
        {
            if (current is not null && NeedsWork(current))
                Queue.Add(current.Metadata.Name!);
        }),
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        if (_volumes.Get(key) is not { } volume || !NeedsWork(volume))
            return;
        await context.Client.UpdateAsync<PersistentVolume>(
            null,
            key,
            v => !NeedsWork(v) || v.Metadata.Uid != volume.Metadata.Uid ? null
                : v with { Metadata = v.Metadata with { Finalizers = v.Metadata.DeletionTimestamp is not null ? [.. v.Metadata.Finalizers.Where(f => f != Finalizer)] : [.. v.Metadata.Finalizers, Finalizer] } },
            cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private static bool NeedsWork(PersistentVolume volume)
    {
        var held = volume.Metadata.Finalizers.Contains(Finalizer);
        return volume.Metadata.DeletionTimestamp is null ? !held : held && volume.Status.Phase != "Bound";
    }
}
