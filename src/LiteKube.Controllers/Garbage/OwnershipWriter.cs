using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;

namespace LiteKube.Controllers.Garbage;

/// <summary>
/// What the collector changes on objects of any kind: merge patches of whole lists, guarded by the resourceVersion they were read at. An object
/// that is gone, or is another now, needs no change.
/// </summary>
internal sealed class OwnershipWriter(KubeClient client)
{
    public async ValueTask DeleteAsync(GraphView item, string policy, CancellationToken cancellationToken)
    {
        var options = new DeleteOptions { PropagationPolicy = policy, Preconditions = new Preconditions { Uid = item.Uid } };
        await client.TryDeleteAsync(item.Resource!, NamespaceOf(item), item.Name, options, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DropOwnersAsync(GraphView item, IReadOnlyCollection<string> uids, CancellationToken cancellationToken) =>
        ChangeAsync(item, header => header.OwnerReferences.Any(o => uids.Contains(o.Uid)) ? ("ownerReferences", References(header.OwnerReferences.Where(o => !uids.Contains(o.Uid)))) : null, cancellationToken);

    /// <summary>Owners no longer wait for this object.</summary>
    public ValueTask UnblockOwnersAsync(GraphView item, ObjectHeader latest, CancellationToken cancellationToken) =>
        latest.OwnerReferences.Any(o => o.BlockOwnerDeletion == true)
            ? ChangeAsync(item, header => ("ownerReferences", References(header.OwnerReferences.Select(o => o with { BlockOwnerDeletion = false }))), cancellationToken)
            : ValueTask.CompletedTask;

    public ValueTask RemoveFinalizerAsync(GraphView item, string finalizer, CancellationToken cancellationToken) =>
        ChangeAsync(item, header => header.Finalizers.Contains(finalizer) ? ("finalizers", Finalizers(header.Finalizers.Where(f => f != finalizer))) : null, cancellationToken);

    private async ValueTask ChangeAsync(GraphView item, Func<ObjectHeader, (string Field, JsonNode? Value)?> change, CancellationToken cancellationToken)
    {
        try
        {
            var latest = await client.Transport.GetAsync(item.Resource!, NamespaceOf(item), item.Name, cancellationToken).ConfigureAwait(false);
            if (latest.Header.Uid != item.Uid || change(latest.Header) is not { } wanted)
                return;
            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["resourceVersion"] = latest.Header.ResourceVersion.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    [wanted.Field] = wanted.Value,
                },
            };
            var request = new WriteRequest(WriteVerb.Patch, item.Resource!, NamespaceOf(item), item.Name, Encoding.UTF8.GetBytes(patch.ToJsonString())) { Patch = PatchKind.Merge };
            await client.Transport.WriteAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Reason == StatusReason.NotFound)
        {
            // Gone: nothing to change.
        }
    }

    private static string? NamespaceOf(GraphView item) => item.Resource!.Namespaced ? item.Namespace : null;

    // An empty list is removed, so that the object reads as one that never had any.
    private static JsonArray? References(IEnumerable<OwnerReference> references)
    {
        var list = new JsonArray();
        foreach (var reference in references)
            list.Add(JsonNode.Parse(JsonText.Bytes(reference)));
        return list.Count == 0 ? null : list;
    }

    private static JsonArray? Finalizers(IEnumerable<string> finalizers)
    {
        var list = new JsonArray();
        foreach (var finalizer in finalizers)
            list.Add((JsonNode)finalizer);
        return list.Count == 0 ? null : list;
    }
}
