using LiteKube.Api;
using LiteKube.ApiServer.Resources;
using LiteKube.Store;

namespace LiteKube.ApiServer.Storage;

/// <summary>The store in terms of objects. Turns its failures into Statuses; decides nothing about kinds.</summary>
internal sealed class ObjectStorage(IStore store)
{
    /// <summary>The largest object that is stored; also what etcd takes by default.</summary>
    private const int MostBytes = 1536 * 1024;

    public long Revision => store.Revision;

    /// <inheritdoc cref="IStore.Shown"/>
    public long Shown => store.Shown;

    public async ValueTask<StoredObject?> GetAsync(ServedResource resource, string? ns, string name, CancellationToken cancellationToken)
    {
        var entry = await store.GetAsync(resource.KeyOf(ns, name), cancellationToken);
        if (entry is null)
            return null;
        var found = StoredObject.Of(entry);
        await ReadyAsync(resource, found, cancellationToken);
        return found;
    }

    public ValueTask<StorePage> ListAsync(StoreQuery query, CancellationToken cancellationToken) => store.ListAsync(query, cancellationToken);

    /// <summary>A page whose objects are ready to be shown as the resource.</summary>
    public async ValueTask<StorePage> ListAsync(ServedResource resource, StoreQuery query, CancellationToken cancellationToken)
    {
        var page = await store.ListAsync(query, cancellationToken);
        if (resource.Custom is { } custom)
            await custom.ReadyAsync(resource, [.. page.Entries.Select(StoredObject.Of)], cancellationToken);
        return page;
    }

    /// <summary>Makes an object ready to be shown as the resource; only conversion webhooks take time for it.</summary>
    public ValueTask ReadyAsync(ServedResource resource, StoredObject stored, CancellationToken cancellationToken) =>
        resource.Custom is null ? default : resource.Custom.ReadyAsync(resource, [stored], cancellationToken);

    public IStoreWatch Watch(string prefix, long afterRevision) => store.Watch(prefix, afterRevision);

    /// <summary>Null: a conflicting write came first (see <paramref name="expectedRevision"/>, 0 for create).</summary>
    public async ValueTask<StoredObject?> PutAsync(ServedResource resource, string key, byte[] value, long expectedRevision, CancellationToken cancellationToken)
    {
        if (value.Length > MostBytes)
            throw new ApiException(StatusReason.RequestEntityTooLarge, $"Request entity too large: limit is {MostBytes}");
        var result = await WriteAsync(resource, new StoreWrite(key, value, expectedRevision, resource.Strategy.DurabilityOf(key)), cancellationToken);
        if (result.Outcome != WriteOutcome.Done)
            return null;
        var stored = StoredObject.Of(result.Entry!);
        await ReadyAsync(resource, stored, cancellationToken);
        return stored;
    }

    /// <summary>The tombstone of the object, or null where a conflicting write came first.</summary>
    public async ValueTask<KubeObject?> DeleteAsync(ServedResource resource, string key, StoredObject expected, CancellationToken cancellationToken)
    {
        var result = await WriteAsync(resource, new StoreWrite(key, null, expected.Revision, resource.Strategy.DurabilityOf(key)), cancellationToken);
        return result.Outcome == WriteOutcome.Done ? expected.Tombstone(resource, result.Revision) : null;
    }

    private async ValueTask<WriteResult> WriteAsync(ServedResource resource, StoreWrite write, CancellationToken cancellationToken)
    {
        // Once begun it is carried through: a caller that goes away must not leave readers unaware of what was committed.
        cancellationToken.ThrowIfCancellationRequested();
        resource.Writes.Begin();
        try
        {
            return await store.WriteAsync(write, CancellationToken.None);
        }
        catch (StoreUnavailableException e)
        {
            throw new ApiException(StatusReason.ServiceUnavailable, $"the store takes no writes: {e.Message}");
        }
        finally
        {
            resource.Writes.End();
        }
    }
}
