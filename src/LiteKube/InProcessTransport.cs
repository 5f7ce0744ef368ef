using System.Runtime.CompilerServices;
using LiteKube.Api;
using LiteKube.Api.Security;
using LiteKube.ApiServer;
using LiteKube.Client;

namespace LiteKube;

/// <summary>Modules of this process call the API server's own entry: no sockets, no encoding, the same checks.</summary>
internal sealed class InProcessTransportFactory(LocalApi api) : IApiTransportFactory
{
    public IApiTransport For(ClientIdentity identity) => new InProcessTransport(api, UserInfo.Of(identity.User, identity.Groups));
}

internal sealed class InProcessTransport(LocalApi api, UserInfo user) : IApiTransport
{
    public ValueTask<KubeObject> GetAsync(ResourceType resource, string? ns, string name, CancellationToken cancellationToken) =>
        api.GetAsync(user, resource, ns, name, cancellationToken);

    public async ValueTask<ObjectList> ListAsync(ResourceType resource, string? ns, ListOptions options, CancellationToken cancellationToken)
    {
        var local = new LocalListOptions(options.LabelSelector, options.FieldSelector, options.Limit, options.Continue, options.ResourceVersion, options.ResourceVersionMatch);
        var list = await api.ListAsync(user, resource, ns, local, cancellationToken);
        return new ObjectList(list.ResourceVersion, list.Items, list.Continue);
    }

    public async IAsyncEnumerable<WatchEvent> WatchAsync(ResourceType resource, string? ns, WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var local = new LocalWatchOptions(options.LabelSelector, options.FieldSelector, options.ResourceVersion, options.SendInitialEvents, options.AllowBookmarks, options.TimeoutSeconds);
        await foreach (var happened in api.WatchAsync(user, resource, ns, local, cancellationToken))
            yield return new WatchEvent(TypeOf(happened.Type), happened.Object);
    }

    public ValueTask<KubeObject> WriteAsync(WriteRequest request, CancellationToken cancellationToken) => api.WriteAsync(
        user,
        // A create is addressed to the collection; the name is in the object.
        new LocalWrite(VerbOf(request.Verb), request.Resource, request.Namespace, request.Verb == WriteVerb.Create && request.Subresource is null ? null : request.Name, request.Body, request.Verb == WriteVerb.Patch ? MediaTypeOf(request.Patch) : "")
        {
            Subresource = request.Subresource,
            FieldManager = request.FieldManager,
            LabelSelector = request.LabelSelector,
            FieldSelector = request.FieldSelector,
        },
        cancellationToken);

    private static string VerbOf(WriteVerb verb) => verb switch
    {
        WriteVerb.Create => "create",
        WriteVerb.Update => "update",
        WriteVerb.Patch => "patch",
        WriteVerb.Delete => "delete",
        _ => "deletecollection",
    };

    private static string MediaTypeOf(PatchKind patch) => patch switch
    {
        PatchKind.Json => "application/json-patch+json",
        PatchKind.Merge => "application/merge-patch+json",
        PatchKind.StrategicMerge => "application/strategic-merge-patch+json",
        _ => "application/apply-patch+yaml",
    };

    private static WatchEventType TypeOf(LocalEventType type) => type switch
    {
        LocalEventType.Added => WatchEventType.Added,
        LocalEventType.Modified => WatchEventType.Modified,
        LocalEventType.Deleted => WatchEventType.Deleted,
        LocalEventType.InitialEventsEnd => WatchEventType.InitialEventsEnd,
        _ => WatchEventType.Bookmark,
    };
}
