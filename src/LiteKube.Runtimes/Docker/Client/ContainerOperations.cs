using System.Net;
using LiteKube.Runtimes.Docker.Client.Models;

namespace LiteKube.Runtimes.Docker.Client;

internal sealed class ContainerOperations(DockerTransport transport)
{
    public async Task<string> CreateAsync(string name, CreateContainerRequest request, CancellationToken cancellationToken) =>
        (await transport.PostAsync($"containers/create?name={Uri.EscapeDataString(name)}", request, DockerJson.Default.CreateContainerRequest, DockerJson.Default.CreatedResponse, cancellationToken).ConfigureAwait(false)).Id;

    public Task StartAsync(string id, CancellationToken cancellationToken) => transport.InvokeAsync(HttpMethod.Post, $"containers/{id}/start", null, cancellationToken);

    /// <summary>The stop signal, and SIGKILL after the grace; returns when the container has ended.</summary>
    public Task StopAsync(string id, int graceSeconds, CancellationToken cancellationToken) =>
        transport.InvokeAsync(HttpMethod.Post, $"containers/{id}/stop?t={graceSeconds}", null, cancellationToken, TimeSpan.FromSeconds(graceSeconds) + TimeSpan.FromMinutes(2));

    /// <summary>SIGKILL; returns when the container has ended. False where it did not run.</summary>
    public async Task<bool> KillAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await transport.InvokeAsync(HttpMethod.Post, $"containers/{id}/kill", null, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (DockerApiException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    /// <summary>With its anonymous volumes. False where it is gone already, or just going.</summary>
    public async Task<bool> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await transport.InvokeAsync(HttpMethod.Delete, $"containers/{id}?v=1&force=1", null, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (DockerApiException e) when (e.Status is HttpStatusCode.NotFound || (e.Status is HttpStatusCode.Conflict && e.Message.Contains("already in progress", StringComparison.Ordinal)))
        {
            return false;
        }
    }

    public async Task<ContainerInspect?> InspectAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await transport.GetAsync($"containers/{id}/json", DockerJson.Default.ContainerInspect, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <param name="labels"><c>key</c> or <c>key=value</c>, all of which must match.</param>
    public Task<ContainerSummary[]> ListAsync(string[] labels, CancellationToken cancellationToken) =>
        transport.GetAsync($"containers/json?all=1&filters={Query.Filters(("label", labels))}", DockerJson.Default.ContainerSummaryArray, cancellationToken);

    public Task UpdateAsync(string id, UpdateContainerRequest request, CancellationToken cancellationToken) =>
        transport.InvokeAsync(HttpMethod.Post, $"containers/{id}/update", DockerTransport.JsonContent(request, DockerJson.Default.UpdateContainerRequest), cancellationToken);

    public Task ResizeAsync(string id, int width, int height, CancellationToken cancellationToken) =>
        transport.InvokeAsync(HttpMethod.Post, $"containers/{id}/resize?h={height}&w={width}", null, cancellationToken);

    public Task<HijackedConnection> AttachAsync(string id, bool stdin, bool stdout, bool stderr, CancellationToken cancellationToken) =>
        transport.HijackAsync($"containers/{id}/attach?stream=1&stdin={Flag(stdin)}&stdout={Flag(stdout)}&stderr={Flag(stderr)}", [], cancellationToken);

    /// <summary>Messages framed (raw for a container with a terminal), each after its time.</summary>
    public Task<HttpResponseMessage> OpenLogsAsync(string id, bool follow, int? tail, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var path = $"containers/{id}/logs?stdout=1&stderr=1&timestamps=1&follow={Flag(follow)}";
        if (tail is { } lines)
            path += $"&tail={lines}";
        if (since is { } time)
            path += $"&since={Query.Timestamp(time)}";
        return transport.OpenAsync(HttpMethod.Get, path, null, cancellationToken);
    }

    private static char Flag(bool value) => value ? '1' : '0';
}
