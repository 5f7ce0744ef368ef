using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;

namespace LiteKube.Controllers.Namespaces;

/// <summary>
/// Empties a namespace that is being deleted and then lets it go. Pods first: what they need (policies, secrets, quotas) stays until the last of
/// them is gone (KEP-5080).
/// </summary>
internal sealed class NamespaceController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<NamespaceController>())
{
    private const string Finalizer = "kubernetes";

    /// <summary>What is held up by finalizers is looked at again after so long; pods that go wake their namespace themselves.</summary>
    private static readonly TimeSpan s_nextLook = TimeSpan.FromSeconds(2);

    private readonly Informer<Namespace> _namespaces = context.Informers.Of<Namespace>();
    private readonly Informer<Pod> _pods = context.Informers.Of<Pod>();
    private readonly ResourceType[] _builtIn = [.. ResourceCatalog.Deletable(events: true).Where(r => r.Namespaced && r != Pod.Resource)];

    protected override int Workers => 4;

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        context.CustomKinds.Definitions.HasSynced,
        On(_namespaces, (_, current) =>
        {
            if (current?.Metadata.DeletionTimestamp is not null)
                Queue.Add(current.Metadata.Name!);
        }),
        On(_pods, (old, current) =>
        {
            if (current is null && _namespaces.Get(old!.Metadata.Namespace!) is { Metadata.DeletionTimestamp: not null })
                Queue.Add(old!.Metadata.Namespace!);
        }),
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        if (_namespaces.Get(key) is not { Metadata.DeletionTimestamp: not null } ns || !ns.Spec.Finalizers.Contains(Finalizer))
            return;
        var content = await EmptyAsync(key, cancellationToken).ConfigureAwait(false);
        await WriteStatusAsync(key, content, cancellationToken).ConfigureAwait(false);
        if (!content.IsEmpty)
        {
            Queue.AddAfter(key, s_nextLook);
            return;
        }

        await context.Client.UpdateAsync<Namespace>(null, key, Release, "finalize", cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<NamespaceContent> EmptyAsync(string ns, CancellationToken cancellationToken)
    {
        var content = new NamespaceContent();
        await EmptyAsync(ns, Pod.Resource, content, cancellationToken).ConfigureAwait(false);
        if (content.IsEmpty)
        {
            foreach (var resource in _builtIn.Concat(context.CustomKinds.All().Where(r => r.Namespaced)))
                await EmptyAsync(ns, resource, content, cancellationToken).ConfigureAwait(false);
            return content;
        }

        // Users look for this condition when a pod holds everything up.
        if (content.Finalizers.Count > 0 && content.Failures.Count == 0)
            content.Failures.Add($"the rest waits for {content.RemainingText}, with finalizers {content.FinalizersText}");
        return content;
    }

    private async ValueTask EmptyAsync(string ns, ResourceType resource, NamespaceContent content, CancellationToken cancellationToken)
    {
        try
        {
            var present = await context.Client.Transport.ListAsync(resource, ns, default, cancellationToken).ConfigureAwait(false);
            if (present.Items.Count == 0)
                return;
            if (present.Items.Any(o => o.Header.DeletionTimestamp is null))
            {
                await DeleteAsync(ns, resource, present.Items, cancellationToken).ConfigureAwait(false);
                present = await context.Client.Transport.ListAsync(resource, ns, default, cancellationToken).ConfigureAwait(false);
            }

            content.Add(resource, present.Items);
        }
        catch (ApiException e) when (e.Reason is StatusReason.NotFound or StatusReason.MethodNotAllowed)
        {
            // A kind that this server does not serve has nothing to delete.
        }
        catch (ApiException e)
        {
            content.Failures.Add($"{NamespaceContent.Name(resource)}: {e.Message}");
        }
    }

    private async ValueTask DeleteAsync(string ns, ResourceType resource, IReadOnlyList<KubeObject> present, CancellationToken cancellationToken)
    {
        // Everything is to go, so there is nobody to orphan and no order to keep.
        var options = new DeleteOptions { PropagationPolicy = "Background" };
        if (resource.Kind != "Service")
        {
            await context.Client.DeleteCollectionAsync(resource, ns, options, cancellationToken: cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (var value in present)
            await context.Client.TryDeleteAsync(resource, ns, value.Header.Name, options, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteStatusAsync(string key, NamespaceContent content, CancellationToken cancellationToken)
    {
        try
        {
            await context.Client.UpdateAsync<Namespace>(
                null,
                key,
                ns => NamespaceConditions.Of(ns.Status, content, context.Time.GetUtcNow()) is var wanted && wanted.Equals(ns.Status) ? null : ns with { Status = wanted },
                "status",
                cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Reason == StatusReason.NotFound)
        {
            // Gone already.
        }
    }

    private static Namespace? Release(Namespace ns) =>
        ns.Spec.Finalizers.Contains(Finalizer) ? ns with { Spec = ns.Spec with { Finalizers = [.. ns.Spec.Finalizers.Where(f => f != Finalizer)] } } : null;
}
