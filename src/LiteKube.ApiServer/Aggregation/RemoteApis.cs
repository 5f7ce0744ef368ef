using System.Collections.Frozen;
using LiteKube.Api;
using LiteKube.Api.Apiregistration.V1;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>The group versions that other servers serve, as the APIServices say; read anew when one was written. What this server serves itself is never among them.</summary>
internal sealed class RemoteApis(IObjectReader objects, ResourceRegistry registry)
{
    private volatile RemoteApiSet? _current;

    public ValueTask<RemoteApiSet> CurrentAsync(CancellationToken cancellationToken)
    {
        var version = objects.VersionOf(APIService.Resource);
        return _current is { } ready && ready.Version == version && ready.Registry == registry.Current.Number ? new(ready) : ReadAsync(version, cancellationToken);
    }

    /// <summary>Read now. Who was woken by the event of a write must not ask for the current ones: the write is counted a moment after its event.</summary>
    public ValueTask<RemoteApiSet> RefreshAsync(CancellationToken cancellationToken) => ReadAsync(objects.VersionOf(APIService.Resource), cancellationToken);

    /// <summary>The remote that a path below /apis belongs to; null where it is this server's own or nobody's.</summary>
    public async ValueTask<RemoteApi?> FindAsync(string path, CancellationToken cancellationToken)
    {
        if (!path.StartsWith("/apis/", StringComparison.Ordinal))
            return null;
        var current = await CurrentAsync(cancellationToken);
        if (current.All.Count == 0)
            return null;
        var slash = path.IndexOf('/', 6);
        if (slash < 0 || slash == path.Length - 1)
            return null;
        var end = path.IndexOf('/', slash + 1);
        return current.Find(end < 0 ? path : path[..end]);
    }

    private async ValueTask<RemoteApiSet> ReadAsync(long version, CancellationToken cancellationToken)
    {
        var served = registry.Current;
        var remotes = (await objects.ListAsync(APIService.Resource, null, cancellationToken))
            .Select(o => RemoteApi.Of(o.As<APIService>()))
            .OfType<RemoteApi>()
            .Where(r => r.Group.Length > 0 && r.Version.Length > 0 && served.GroupVersion(r.Path) is null)
            .ToArray();
        var made = new RemoteApiSet(version, served.Number, remotes);
        _current = made;
        return made;
    }
}

/// <summary>The remotes at one moment.</summary>
internal sealed class RemoteApiSet(long version, long registry, IReadOnlyList<RemoteApi> all)
{
    private readonly FrozenDictionary<string, RemoteApi> _byPath = all.ToFrozenDictionary(r => r.Path, StringComparer.Ordinal);

    public long Version { get; } = version;

    public long Registry { get; } = registry;

    public IReadOnlyList<RemoteApi> All { get; } = all;

    public RemoteApi? Find(string path) => _byPath.GetValueOrDefault(path);
}
