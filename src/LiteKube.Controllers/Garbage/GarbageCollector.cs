using LiteKube.Api;
using LiteKube.Api.Apiextensions.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;

namespace LiteKube.Controllers.Garbage;

/// <summary>
/// Deletes what has owners and has lost them all; finishes deletions in the foreground when the dependents are gone, and orphaning ones when they
/// are let go. (https://kubernetes.io/docs/concepts/architecture/garbage-collection/)
/// </summary>
internal sealed class GarbageCollector(ControllerContext context) : Reconciler<GraphWork>(context.Time, context.Logger<GarbageCollector>())
{
    private static readonly TimeSpan s_customSync = TimeSpan.FromSeconds(10);

    private readonly OwnerGraph _graph = new();
    private readonly OwnershipWriter _writer = new(context.Client);
    private FollowedKinds? _custom;

    protected override int Workers => 4;

    public override void Dispose()
    {
        _custom?.Dispose();
        base.Dispose();
    }

    protected override IReadOnlyList<Task> Subscribe()
    {
        // Anew with each run, which is told of everything anew.
        _custom?.Dispose();
        _custom = new FollowedKinds(context.Informers, Changed, resource => Enqueue(_graph.WithUnseenOwners(resource)));
        return
        [
            .. ResourceCatalog.Deletable(events: false).Select(resource => On(context.Informers.Of(resource), (old, current) => Changed(resource, old, current))),
            On(context.CustomKinds.Definitions, _custom.Changed),
        ];
    }

    // A kind whose objects cannot be listed, as its conversion webhook is away, must not hold up all others.
    protected override async ValueTask ReadyAsync(CancellationToken cancellationToken) =>
        await _custom!.HasSynced.WaitAsync(s_customSync, context.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    protected override async ValueTask ReconcileAsync(GraphWork key, CancellationToken cancellationToken)
    {
        if (_graph.Find(key.Uid) is not { IsVirtual: false, Resource: not null } item)
            return;
        if (key.Orphan)
            await OrphanAsync(item, cancellationToken).ConfigureAwait(false);
        else
            await CollectAsync(item, cancellationToken).ConfigureAwait(false);
    }

    private void Changed(ResourceType resource, KubeObject? old, KubeObject? current)
    {
        if (current is null)
        {
            Enqueue(_graph.Remove(old!.Header.Uid));
            return;
        }

        // Most versions differ in what they say, not in whom they belong to.
        if (old is not null && SameOwnership(old.Header, current.Header))
            return;
        Enqueue(_graph.Set(resource, current.Header));
    }

    private async ValueTask CollectAsync(GraphView item, CancellationToken cancellationToken)
    {
        if (item.State is DeletionState.Deleting or DeletionState.Orphaning)
            return;

        // The cache may be behind; what is deleted is decided on what the server says now.
        var latest = await FindAsync(item.Resource!, item.Namespace, item.Name, cancellationToken).ConfigureAwait(false);
        if (latest is null || latest.Header.Uid != item.Uid)
        {
            Enqueue(_graph.Remove(item.Uid));
            return;
        }

        if (item.State == DeletionState.Foreground)
        {
            await FinishForegroundAsync(item, latest.Header, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (latest.Header.OwnerReferences.Count == 0)
            return;
        var owners = await ClassifyAsync(item, latest.Header, cancellationToken).ConfigureAwait(false);
        if (owners.Solid.Count > 0)
        {
            // It has somebody left: it stays, and lets go of those who are gone or wait for it to be.
            if (owners.Absent.Count + owners.Waiting.Count > 0)
                await _writer.DropOwnersAsync(item, [.. owners.Absent.Concat(owners.Waiting).Select(o => o.Uid)], cancellationToken).ConfigureAwait(false);
            return;
        }

        var policy = Policy(latest.Header);
        if (owners.Waiting.Count > 0 && item.DependentCount > 0)
        {
            // Owners in a circle would wait for each other for ever: one lets the others go first.
            if (_graph.DependentsOf(item.Uid).Any(d => d.State == DeletionState.Foreground))
                await _writer.UnblockOwnersAsync(item, latest.Header, cancellationToken).ConfigureAwait(false);
            policy = "Foreground";
        }

        await _writer.DeleteAsync(item, policy, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask FinishForegroundAsync(GraphView item, ObjectHeader latest, CancellationToken cancellationToken)
    {
        var blocking = _graph.DependentsOf(item.Uid).Where(d => d.Owners.Any(o => o.Uid == item.Uid && o.BlockOwnerDeletion == true)).ToList();
        if (blocking.Count == 0)
        {
            if (latest.Finalizers.Contains(GarbageFinalizers.Foreground))
                await _writer.RemoveFinalizerAsync(item, GarbageFinalizers.Foreground, cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (var dependent in blocking.Where(d => d.State == DeletionState.None))
            Queue.Add(new GraphWork(dependent.Uid, Orphan: false));
    }

    private async ValueTask OrphanAsync(GraphView item, CancellationToken cancellationToken)
    {
        foreach (var dependent in _graph.DependentsOf(item.Uid))
            if (dependent is { IsVirtual: false, Resource: not null })
                await _writer.DropOwnersAsync(dependent, [item.Uid], cancellationToken).ConfigureAwait(false);
        await _writer.RemoveFinalizerAsync(item, GarbageFinalizers.Orphan, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Owners> ClassifyAsync(GraphView item, ObjectHeader latest, CancellationToken cancellationToken)
    {
        var owners = new Owners([], [], []);
        foreach (var reference in latest.OwnerReferences)
        {
            var seen = _graph.Find(reference.Uid);
            if (seen is { IsGone: true })
            {
                owners.Absent.Add(reference);
                continue;
            }

            // Nobody can say whether the owner exists while its kind is unknown, so it does.
            if ((ResourceCatalog.Find(reference.ApiVersion, reference.Kind) ?? context.CustomKinds.Find(reference.ApiVersion, reference.Kind)) is not { } resource)
            {
                (await IsOfFormerKindAsync(reference, cancellationToken).ConfigureAwait(false) ? owners.Absent : owners.Solid).Add(reference);
                continue;
            }

            var state = seen is { IsVirtual: false } ? seen.State : (DeletionState?)null;
            if (state is null)
            {
                var owner = await FindAsync(resource, resource.Namespaced ? item.Namespace : null, reference.Name, cancellationToken).ConfigureAwait(false);
                if (owner is null || owner.Header.Uid != reference.Uid)
                {
                    owners.Absent.Add(reference);
                    continue;
                }

                state = owner.Header.DeletionTimestamp is not null && owner.Header.Finalizers.Contains(GarbageFinalizers.Foreground) ? DeletionState.Foreground : DeletionState.None;
            }

            (state == DeletionState.Foreground ? owners.Waiting : owners.Solid).Add(reference);
        }

        return owners;
    }

    /// <summary>A definition goes after its objects, so while it is not there they are not either, whether or not anybody saw them go.</summary>
    private async ValueTask<bool> IsOfFormerKindAsync(OwnerReference owner, CancellationToken cancellationToken) =>
        _custom!.FormerDefinition(owner.ApiVersion, owner.Kind) is { } name && await FindAsync(CustomResourceDefinition.Resource, null, name, cancellationToken).ConfigureAwait(false) is null;

    private async ValueTask<KubeObject?> FindAsync(ResourceType resource, string? ns, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Client.Transport.GetAsync(resource, ns, name, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Reason == StatusReason.NotFound && !string.IsNullOrEmpty(e.Status.Details?.Name))
        {
            // The object, that is. Where the kind is not served nothing is known of its objects, and looking fails and is tried again.
            return null;
        }
    }

    private void Enqueue(IReadOnlyList<GraphWork> work)
    {
        foreach (var one in work)
            Queue.Add(one);
    }

    /// <summary>How the object itself was asked to be deleted, where it was.</summary>
    private static string Policy(ObjectHeader header) =>
        header.Finalizers.Contains(GarbageFinalizers.Orphan) ? "Orphan" : header.Finalizers.Contains(GarbageFinalizers.Foreground) ? "Foreground" : "Background";

    private static bool SameOwnership(ObjectHeader old, ObjectHeader current) =>
        old.Uid == current.Uid
        && old.DeletionTimestamp is null == current.DeletionTimestamp is null
        && old.Finalizers.SequenceEqual(current.Finalizers)
        && old.OwnerReferences.SequenceEqual(current.OwnerReferences);

    private sealed record Owners(List<OwnerReference> Solid, List<OwnerReference> Absent, List<OwnerReference> Waiting);
}
