using LiteKube.Api;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Selection;
using LiteKube.ApiServer.Storage;
using LiteKube.Store;

namespace LiteKube.ApiServer.Verbs;

/// <summary>Turns the options of a watch into a running one.</summary>
internal sealed class WatchStarter(ObjectStorage storage, ListSnapshot lists, TimeProvider time)
{
    /// <summary>Clients that name no limit are cut off between 30 and 60 minutes, so that they spread over servers and over time.</summary>
    private const int DefaultSeconds = 1800;

    public async ValueTask<ObjectWatch> StartAsync(ServedResource resource, string ns, RequestOptions options, CancellationToken cancellationToken)
    {
        ListOptionsCheck.Watch(options);
        var selection = ObjectSelection.Of(resource, options);
        var revision = ResourceVersions.Parse(options.ResourceVersion);
        // Without bookmarks nothing can say where the initial events end: then it is a watch as of old.
        var streamingList = options.SendInitialEvents == true;
        lists.CheckNotAhead(revision);

        IReadOnlyList<KubeObject> initial = [];
        if (streamingList || (revision == 0 && options.SendInitialEvents is null))
        {
            var list = await lists.ReadAsync(resource, ns, new RequestOptions { LabelSelector = options.LabelSelector, FieldSelector = options.FieldSelector }, cancellationToken);
            initial = list.Items;
            revision = list.Revision;
        }
        else if (revision == 0)
        {
            revision = storage.Revision;
        }

        var prefix = selection.ExactName is { Length: > 0 } name && (ns.Length > 0 || !resource.Type.Namespaced) ? resource.KeyOf(ns, name) : resource.PrefixOf(ns);
        return new ObjectWatch(resource, selection, Open(prefix, revision), storage, time)
        {
            Initial = initial,
            AfterRevision = revision,
            Bookmarks = options.AllowWatchBookmarks,
            MarkInitialEnd = streamingList && options.AllowWatchBookmarks,
            Timeout = TimeSpan.FromSeconds(options.TimeoutSeconds is > 0 and { } seconds ? seconds : DefaultSeconds + Random.Shared.Next(DefaultSeconds)),
        };
    }

    private IStoreWatch Open(string prefix, long revision)
    {
        try
        {
            return storage.Watch(prefix, revision);
        }
        catch (RevisionCompactedException e)
        {
            throw new ApiException(StatusReason.Expired, $"too old resource version: {revision} ({e.Compacted})");
        }
    }
}
