using LiteKube.Api;
using LiteKube.Client;

namespace LiteKube.Node.Env;

/// <summary>The newest version of one object. It has an informer factory of its own, which ends with the last pod that refers to the object.</summary>
internal sealed class FollowedObject : IAsyncDisposable
{
    private readonly InformerFactory _informers;
    private readonly ObjectInformer _informer;
    private readonly IDisposable _subscription;
    private readonly string _key;

    public FollowedObject(InformerFactory informers, ResourceType resource, ObjectReferenceKey key, Action changed)
    {
        _informers = informers;
        _key = $"{key.Namespace}/{key.Name}";
        _informer = informers.Of(resource, InformerFilter.Named(key.Namespace, key.Name));
        _subscription = _informer.Subscribe((_, _) => changed());

        // Only starts a loop; there is nothing to wait for.
        _ = informers.StartAsync(CancellationToken.None);
    }

    public Task HasSynced => _informer.HasSynced;

    public KubeObject? Current => _informer.Get(_key);

    public async ValueTask DisposeAsync()
    {
        _subscription.Dispose();
        await _informers.StopAsync(CancellationToken.None).ConfigureAwait(false);
        _informers.Dispose();
    }
}
