using LiteKube.Api;

namespace LiteKube.Client;

/// <summary>A handler that is told of an informer's changes, until this ends.</summary>
public sealed class InformerSubscription : IDisposable
{
    private readonly ObjectInformer _informer;
    private readonly Action<KubeObject?, KubeObject?> _handler;

    internal InformerSubscription(ObjectInformer informer, Action<KubeObject?, KubeObject?> handler)
    {
        _informer = informer;
        _handler = handler;
    }

    /// <summary>Ends. The result is what the handler has been told of and not been told to be gone.</summary>
    public IReadOnlyList<KubeObject> End() => _informer.Unsubscribe(_handler);

    public void Dispose() => _informer.Unsubscribe(_handler);
}
