using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Client;
using LiteKube.Node.Pods;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Env;

/// <summary>
/// Follows the ConfigMaps and Secrets that this node's pods refer to, each by a watch of its own: what other pods use is neither read nor kept here, and
/// the server lets a node see nothing else. Services come from one informer over all.
/// </summary>
internal sealed class PodObjects : IPodObjects, IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly IApiTransportFactory _transports;
    private readonly ClientOptions _client;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly Informer<Service> _services;
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectReferenceKey, FollowedObject> _followed = [];
    private readonly Dictionary<string, HashSet<ObjectReferenceKey>> _byPod = new(StringComparer.Ordinal);

    public PodObjects(IApiTransportFactory transports, ClientIdentity identity, Informer<Service> services, TimeProvider time, ILoggerFactory loggers)
    {
        _transports = transports;
        _client = new ClientOptions { InformerIdentity = identity };
        _services = services;
        _time = time;
        _loggers = loggers;
    }

    /// <summary>Told of the uid of each pod that refers to an object that changed.</summary>
    public Action<string>? Changed { get; set; }

    /// <summary>Follows what a pod refers to now, and no more what it, and no other, did before.</summary>
    public void Follow(Pod pod)
    {
        var wanted = PodReferences.Of(pod);
        HashSet<ObjectReferenceKey>? present;
        lock (_gate)
        {
            if (_byPod.TryGetValue(pod.UidOf(), out present) && present.SetEquals(wanted))
                return;
            _byPod[pod.UidOf()] = wanted;
            foreach (var key in wanted)
                if (!_followed.ContainsKey(key))
                    _followed[key] = Begin(key);
        }

        Release(present);
    }

    public void Forget(string podUid)
    {
        HashSet<ObjectReferenceKey>? present;
        lock (_gate)
            _byPod.Remove(podUid, out present);
        Release(present);
    }

    public ValueTask<ConfigMap?> GetConfigMapAsync(string ns, string name, CancellationToken cancellationToken) =>
        GetAsync<ConfigMap>(new ObjectReferenceKey(false, ns, name), cancellationToken);

    public ValueTask<Secret?> GetSecretAsync(string ns, string name, CancellationToken cancellationToken) =>
        GetAsync<Secret>(new ObjectReferenceKey(true, ns, name), cancellationToken);

    public async ValueTask<IReadOnlyList<Service>> GetServicesAsync(string ns, CancellationToken cancellationToken)
    {
        if (!_services.HasSynced.IsCompleted)
            await WaitAsync(_services.HasSynced, "services have not yet been read at least once, cannot construct envvars", cancellationToken).ConfigureAwait(false);
        var result = new List<Service>(_services.ListIn(ns));
        if (_services.Get("default", "kubernetes") is { } apiServer && ns != "default")
            result.Add(apiServer);
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        List<FollowedObject> all;
        lock (_gate)
        {
            all = [.. _followed.Values];
            _followed.Clear();
            _byPod.Clear();
        }

        foreach (var followed in all)
            await followed.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<T?> GetAsync<T>(ObjectReferenceKey key, CancellationToken cancellationToken) where T : class, IKubeObject<T>
    {
        FollowedObject? followed;
        lock (_gate)
            _followed.TryGetValue(key, out followed);
        if (followed is null)
            return null;
        if (!followed.HasSynced.IsCompleted)
            await WaitAsync(followed.HasSynced, $"failed to sync {(key.IsSecret ? "secret" : "configmap")} cache: timed out waiting for the condition", cancellationToken).ConfigureAwait(false);
        return followed.Current?.As<T>();
    }

    private async ValueTask WaitAsync(Task synced, string message, CancellationToken cancellationToken)
    {
        try
        {
            await synced.WaitAsync(s_patience, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new IOException(message, e);
        }
    }

    private FollowedObject Begin(ObjectReferenceKey key) =>
        new(new InformerFactory(_transports, _client, _time, _loggers), key.IsSecret ? Secret.Resource : ConfigMap.Resource, key, () => Tell(key));

    private void Tell(ObjectReferenceKey key)
    {
        string[] pods;
        lock (_gate)
            pods = [.. _byPod.Where(p => p.Value.Contains(key)).Select(p => p.Key)];
        foreach (var pod in pods)
            Changed?.Invoke(pod);
    }

    private void Release(HashSet<ObjectReferenceKey>? keys)
    {
        if (keys is null)
            return;
        lock (_gate)
        {
            foreach (var key in keys)
                if (!_byPod.Values.Any(v => v.Contains(key)) && _followed.Remove(key, out var followed))
                    _ = followed.DisposeAsync().AsTask();
        }
    }
}
