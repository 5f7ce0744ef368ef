using LiteKube.Api;

namespace LiteKube.Admission.Webhooks;

/// <summary>All webhooks of one kind of configuration, in the order of the configurations' names; read anew when one was written.</summary>
internal sealed class WebhookSource(IObjectReader objects, ResourceType resource, Func<KubeObject, IEnumerable<Webhook>> webhooksOf)
{
    private volatile Snapshot? _snapshot;

    /// <summary>Most clusters have no webhook most of the time; this is all that a write pays then.</summary>
    public bool IsEmpty => _snapshot is { Webhooks.Count: 0 } snapshot && snapshot.Version == objects.VersionOf(resource);

    public async ValueTask<IReadOnlyList<Webhook>> AllAsync(CancellationToken cancellationToken)
    {
        var version = objects.VersionOf(resource);
        if (_snapshot is { } ready && ready.Version == version)
            return ready.Webhooks;
        var configurations = await objects.ListAsync(resource, null, cancellationToken);
        Webhook[] webhooks = [.. configurations.OrderBy(c => c.Header.Name, StringComparer.Ordinal).SelectMany(webhooksOf)];
        _snapshot = new Snapshot(version, webhooks);
        return webhooks;
    }

    private sealed record Snapshot(long Version, IReadOnlyList<Webhook> Webhooks);
}
