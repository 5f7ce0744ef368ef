using LiteKube.Runtimes.Docker.Client.Models;

namespace LiteKube.Runtimes.Docker.Client;

internal sealed class SystemOperations(DockerTransport transport)
{
    public ValueTask<ApiVersion> GetApiVersionAsync(CancellationToken cancellationToken) => transport.GetVersionAsync(cancellationToken);

    public Task<SystemInfo> GetInfoAsync(CancellationToken cancellationToken) => transport.GetAsync("info", DockerJson.Default.SystemInfo, cancellationToken);

    /// <summary>Bytes of all image layers, each counted once. Engines before API 1.42 also measure containers, which takes a while.</summary>
    public async Task<DiskUsage> GetImageUsageAsync(CancellationToken cancellationToken)
    {
        var imagesOnly = (await transport.GetVersionAsync(cancellationToken).ConfigureAwait(false)).CompareTo(new ApiVersion(1, 42)) >= 0;
        return await transport.GetAsync(imagesOnly ? "system/df?type=image" : "system/df", DockerJson.Default.DiskUsage, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Events of containers with this label, from <paramref name="since"/> on: the engine replays what it still remembers.</summary>
    public async Task<HttpResponseMessage> OpenEventsAsync(string label, IReadOnlyList<string> actions, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var filters = Query.Filters(("type", ["container"]), ("label", [label]), ("event", [.. actions]));
        return await transport.OpenAsync(HttpMethod.Get, $"events?since={Query.Timestamp(since)}&filters={filters}", null, cancellationToken).ConfigureAwait(false);
    }
}
