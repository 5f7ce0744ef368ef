using LiteKube.ApiServer.Bootstrap;
using LiteKube.ApiServer.Hosting;
using LiteKube.ApiServer.Storage;
using LiteKube.Store;

namespace LiteKube.ApiServer.Health;

/// <summary>
/// The checks behind each health path, under the names that Kubernetes has for the same: <c>etcd</c> is the store, the post-start hooks are the first objects.
/// </summary>
internal sealed class HealthChecks(ReadySignal ready, BootstrapProgress bootstrap, ObjectStorage storage)
{
    private readonly HealthCheck _ping = new("ping", _ => default);
    private readonly HealthCheck _store = new("etcd", cancellationToken => StoreAsync(storage, cancellationToken));
    private readonly HealthCheck _readiness = new("etcd-readiness", cancellationToken => StoreAsync(storage, cancellationToken));
    private readonly HealthCheck _shutdown = new("shutdown", _ => new(ready.Stopping.IsCancellationRequested ? "process is shutting down" : null));
    private readonly HealthCheck[] _hooks =
    [
        Hook("rbac/bootstrap-roles", bootstrap), Hook("scheduling/bootstrap-system-priority-classes", bootstrap), Hook("priority-and-fairness-config-producer", bootstrap),
        Hook("start-system-namespaces-controller", bootstrap), Hook("start-kubernetes-service-cidr-controller", bootstrap), Hook("bootstrap-controller", bootstrap),
    ];

    /// <param name="root"><c>healthz</c>, <c>livez</c> or <c>readyz</c>.</param>
    public IReadOnlyList<HealthCheck> Of(string root) => root switch
    {
        "readyz" => [_ping, _store, _readiness, .. _hooks, _shutdown],
        // The first objects are written at every start, so a server that cannot write them is alive as long as the store is.
        "livez" => [_ping, _store],
        _ => [_ping, _store, .. _hooks],
    };

    private static HealthCheck Hook(string name, BootstrapProgress bootstrap) => new($"poststarthook/{name}", _ => new(bootstrap.Has(name) ? null : "not finished"));

    private static async ValueTask<string?> StoreAsync(ObjectStorage storage, CancellationToken cancellationToken)
    {
        try
        {
            await storage.ListAsync(new StoreQuery("core/namespaces/", Limit: 1), cancellationToken);
            return null;
        }
        catch (StoreUnavailableException e)
        {
            return e.Message;
        }
    }
}
