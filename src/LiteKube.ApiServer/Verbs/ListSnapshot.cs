using LiteKube.Api;
using LiteKube.Api.Meta.V1;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Selection;
using LiteKube.ApiServer.Storage;
using LiteKube.Store;

namespace LiteKube.ApiServer.Verbs;

/// <summary>Reads the objects of a list, at one revision.</summary>
internal sealed class ListSnapshot(ObjectStorage storage)
{
    private const int SelectedPageSize = 500;

    public async ValueTask<ListResult> ReadAsync(ServedResource resource, string ns, RequestOptions options, CancellationToken cancellationToken)
    {
        var selection = ObjectSelection.Of(resource, options);
        if (ns.Length == 0 && selection.ExactNamespace is { } only && resource.Type.Namespaced)
            ns = only;
        var prefix = resource.PrefixOf(ns);
        var (revision, after) = Start(options, prefix);
        try
        {
            if (selection.ExactName is { Length: > 0 } name && revision == 0 && (ns.Length > 0 || !resource.Type.Namespaced))
                return await OneAsync(resource, ns, name, selection, cancellationToken);
            return selection.IsEverything
                ? await AllAsync(resource, new StoreQuery(prefix, after, options.Limit, revision), cancellationToken)
                : await SelectedAsync(resource, selection, new StoreQuery(prefix, after, options.Limit, revision), cancellationToken);
        }
        catch (RevisionCompactedException)
        {
            throw Expired(after);
        }
    }

    /// <summary>Refuses a state from the future: nothing that could be read can have told the client of it.</summary>
    public void CheckNotAhead(long revision)
    {
        var current = storage.Shown;
        if (revision <= current)
            return;
        throw new ApiException(StatusReason.Timeout, $"Too large resource version: {revision}, current: {current}", new StatusDetails
        {
            Causes = [new StatusCause { Reason = "ResourceVersionTooLarge", Message = "Too large resource version" }],
            RetryAfterSeconds = 1,
        });
    }

    private (long Revision, string? After) Start(RequestOptions options, string prefix)
    {
        ListOptionsCheck.List(options);
        var asked = ResourceVersions.Parse(options.ResourceVersion);
        var match = options.ResourceVersionMatch;
        if (!string.IsNullOrEmpty(options.Continue))
        {
            if (asked > 0)
                throw new ApiException(StatusReason.BadRequest, "specifying resource version is not allowed when using continue");
            var token = ContinueToken.Parse(options.Continue, prefix);
            return (token.Revision, token.After);
        }

        CheckNotAhead(asked);

        // A first page of a revision is of that very revision, as its later pages are.
        var exact = match == "Exact" || (string.IsNullOrEmpty(match) && options.Limit > 0);
        return (exact ? asked : 0, null);
    }

    private async ValueTask<ListResult> OneAsync(ServedResource resource, string ns, string name, ObjectSelection selection, CancellationToken cancellationToken)
    {
        // Before the read, so that a watch from this revision misses nothing that the read did not see.
        var revision = storage.Revision;
        var found = (await storage.GetAsync(resource, ns, name, cancellationToken))?.As(resource);
        if (found is not null && found.Header.ResourceVersion > revision)
            revision = found.Header.ResourceVersion;
        return new ListResult(resource, revision, found is not null && selection.Matches(found) ? [found] : [], null, null);
    }

    private async ValueTask<ListResult> AllAsync(ServedResource resource, StoreQuery query, CancellationToken cancellationToken)
    {
        var page = await storage.ListAsync(resource, query, cancellationToken);
        var items = new KubeObject[page.Entries.Count];
        for (var i = 0; i < items.Length; i++)
            items[i] = StoredObject.Of(page.Entries[i]).As(resource);
        return page.Remaining == 0
            ? new ListResult(resource, page.Revision, items, null, null)
            : new ListResult(resource, page.Revision, items, new ContinueToken(page.Revision, page.Entries[^1].Key).ToString(), page.Remaining);
    }

    private async ValueTask<ListResult> SelectedAsync(ServedResource resource, ObjectSelection selection, StoreQuery query, CancellationToken cancellationToken)
    {
        var items = new List<KubeObject>();
        var pageSize = query.Limit == 0 ? 0 : Math.Max(query.Limit, SelectedPageSize);
        while (true)
        {
            var page = await storage.ListAsync(resource, query with { Limit = pageSize }, cancellationToken);
            for (var i = 0; i < page.Entries.Count; i++)
            {
                var item = StoredObject.Of(page.Entries[i]).As(resource);
                if (!selection.Matches(item))
                    continue;
                items.Add(item);
                if (items.Count == query.Limit && (page.Remaining > 0 || i + 1 < page.Entries.Count))
                    return new ListResult(resource, page.Revision, items, new ContinueToken(page.Revision, page.Entries[i].Key).ToString(), null);
            }

            if (page.Remaining == 0)
                return new ListResult(resource, page.Revision, items, null, null);
            query = query with { After = page.Entries[^1].Key, Revision = page.Revision };
        }
    }

    private static ApiException Expired(string? after) => new(StatusReason.Expired, new Status
    {
        StatusValue = "Failure",
        Code = 410,
        Reason = nameof(StatusReason.Expired),
        Message = after is null
            ? "The resourceVersion for the provided list is too old."
            : "The provided continue parameter is too old to display a consistent list result. The list can be started anew, or gone on with by the continue token in this response, which may miss or repeat what changed in between.",
        Metadata = after is null ? new ListMeta() : new ListMeta { Continue = new ContinueToken(0, after).ToString() },
    });
}
