using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Client;

/// <summary>
/// Typed verbs over a transport. Reads go to the server, not to a cache. Every method throws <see cref="ApiException"/> with the server's reason,
/// except those that say otherwise; none retries.
/// </summary>
public sealed class KubeClient(IApiTransport transport)
{
    private static readonly byte[] s_noBody = [];

    public IApiTransport Transport { get; } = transport;

    public async ValueTask<T> GetAsync<T>(string? ns, string name, CancellationToken cancellationToken = default) where T : class, IKubeObject<T> =>
        (await Transport.GetAsync(T.Resource, ns, name, cancellationToken).ConfigureAwait(false)).As<T>();

    /// <summary>The object, or null where there is none of that name.</summary>
    public async ValueTask<T?> FindAsync<T>(string? ns, string name, CancellationToken cancellationToken = default) where T : class, IKubeObject<T>
    {
        try
        {
            return await GetAsync<T>(ns, name, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Reason == StatusReason.NotFound)
        {
            return null;
        }
    }

    /// <summary>All objects of a namespace, or of all namespaces when it is null, in one list.</summary>
    public async ValueTask<IReadOnlyList<T>> ListAsync<T>(string? ns = null, ListOptions options = default, CancellationToken cancellationToken = default) where T : class, IKubeObject<T>
    {
        var result = new List<T>();
        do
        {
            var page = await Transport.ListAsync(T.Resource, ns, options, cancellationToken).ConfigureAwait(false);
            result.AddRange(page.Items.Select(o => o.As<T>()));
            options = options with { Continue = page.Continue };
        }
        while (!string.IsNullOrEmpty(options.Continue));
        return result;
    }

    public ValueTask<T> CreateAsync<T>(T value, CancellationToken cancellationToken = default) where T : class, IKubeObject<T> =>
        WriteAsync<T>(Of(WriteVerb.Create, value) with { Name = null }, cancellationToken);

    /// <summary>Replaces the object; the resourceVersion in it, when set, must be the present one.</summary>
    public ValueTask<T> UpdateAsync<T>(T value, CancellationToken cancellationToken = default) where T : class, IKubeObject<T> =>
        WriteAsync<T>(Of(WriteVerb.Update, value), cancellationToken);

    public ValueTask<T> UpdateStatusAsync<T>(T value, CancellationToken cancellationToken = default) where T : class, IKubeObject<T> =>
        WriteAsync<T>(Of(WriteVerb.Update, value) with { Subresource = "status" }, cancellationToken);

    public ValueTask<T> PatchAsync<T>(string? ns, string name, PatchKind kind, ReadOnlyMemory<byte> patch, string? subresource = null, string? fieldManager = null, CancellationToken cancellationToken = default)
        where T : class, IKubeObject<T> =>
        WriteAsync<T>(new WriteRequest(WriteVerb.Patch, T.Resource, ns, name, patch) { Patch = kind, Subresource = subresource, FieldManager = fieldManager }, cancellationToken);

    public async ValueTask DeleteAsync<T>(string? ns, string name, DeleteOptions? options = null, CancellationToken cancellationToken = default) where T : class, IKubeObject<T> =>
        await DeleteAsync(T.Resource, ns, name, options, cancellationToken).ConfigureAwait(false);

    public async ValueTask DeleteAsync(ResourceType resource, string? ns, string name, DeleteOptions? options = null, CancellationToken cancellationToken = default)
    {
        var body = options is null ? s_noBody : JsonText.Bytes(options);
        await Transport.WriteAsync(new WriteRequest(WriteVerb.Delete, resource, ns, name, body), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes, and is content when there is nothing to delete or it is another object than the one meant. True if the server took the request.</summary>
    public async ValueTask<bool> TryDeleteAsync(ResourceType resource, string? ns, string name, DeleteOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            await DeleteAsync(resource, ns, name, options, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ApiException e) when (e.Reason is StatusReason.NotFound or StatusReason.Conflict)
        {
            return false;
        }
    }

    public async ValueTask DeleteCollectionAsync(ResourceType resource, string? ns, DeleteOptions? options = null, string? labelSelector = null, string? fieldSelector = null, CancellationToken cancellationToken = default)
    {
        var body = options is null ? s_noBody : JsonText.Bytes(options);
        var request = new WriteRequest(WriteVerb.DeleteCollection, resource, ns, null, body) { LabelSelector = labelSelector, FieldSelector = fieldSelector };
        await Transport.WriteAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Posts to a sub-resource of an object: pods/binding, pods/eviction, serviceaccounts/token. The answer may be of another type than the body.</summary>
    public ValueTask<KubeObject> CreateSubresourceAsync<TBody>(ResourceType resource, string? ns, string name, string subresource, TBody body, CancellationToken cancellationToken = default)
        where TBody : class, IJsonType<TBody> =>
        Transport.WriteAsync(new WriteRequest(WriteVerb.Create, resource, ns, name, JsonText.Bytes(body)) { Subresource = subresource }, cancellationToken);

    /// <summary>Puts a sub-resource other than status: namespaces/finalize, deployments/scale.</summary>
    public ValueTask<KubeObject> UpdateSubresourceAsync<TBody>(ResourceType resource, string? ns, string name, string subresource, TBody body, CancellationToken cancellationToken = default)
        where TBody : class, IJsonType<TBody> =>
        Transport.WriteAsync(new WriteRequest(WriteVerb.Update, resource, ns, name, JsonText.Bytes(body)) { Subresource = subresource }, cancellationToken);

    private async ValueTask<T> WriteAsync<T>(WriteRequest request, CancellationToken cancellationToken) where T : class, IKubeObject<T> =>
        (await Transport.WriteAsync(request, cancellationToken).ConfigureAwait(false)).As<T>();

    private static WriteRequest Of<T>(WriteVerb verb, T value) where T : class, IKubeObject<T> =>
        new(verb, T.Resource, value.Metadata.Namespace, value.Metadata.Name, JsonText.Bytes(value));
}
