using LiteKube.Api;
using LiteKube.ApiServer.Resources;
using LiteKube.Store;

namespace LiteKube.ApiServer.Storage;

/// <summary>What authentication, authorization and admission read the cluster by.</summary>
internal sealed class StoreObjectReader(ResourceRegistry registry, ObjectStorage storage) : IObjectReader
{
    public async ValueTask<KubeObject?> GetAsync(ResourceType resource, string? ns, string name, CancellationToken cancellationToken)
    {
        var served = registry.Get(resource);
        return (await storage.GetAsync(served, ns, name, cancellationToken))?.As(served);
    }

    public async ValueTask<IReadOnlyList<KubeObject>> ListAsync(ResourceType resource, string? ns, CancellationToken cancellationToken)
    {
        var served = registry.Get(resource);
        var page = await storage.ListAsync(served, new StoreQuery(served.PrefixOf(ns)), cancellationToken);
        var objects = new KubeObject[page.Entries.Count];
        for (var i = 0; i < objects.Length; i++)
            objects[i] = StoredObject.Of(page.Entries[i]).As(served);
        return objects;
    }

    public long VersionOf(ResourceType resource)
    {
        var writes = registry.Get(resource).Writes;
        var counted = writes.Value;
        // Others may read what is written before its writer has counted it. For that long the newest revision that they can read stands for the count.
        return writes.IsUnderWay ? -1 - storage.Shown : counted;
    }
}
