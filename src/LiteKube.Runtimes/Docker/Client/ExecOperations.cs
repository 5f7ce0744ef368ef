using System.Text.Json;
using LiteKube.Runtimes.Docker.Client.Models;

namespace LiteKube.Runtimes.Docker.Client;

internal sealed class ExecOperations(DockerTransport transport)
{
    public async Task<string> CreateAsync(string containerId, CreateExecRequest request, CancellationToken cancellationToken) =>
        (await transport.PostAsync($"containers/{containerId}/exec", request, DockerJson.Default.CreateExecRequest, DockerJson.Default.CreatedResponse, cancellationToken).ConfigureAwait(false)).Id;

    public Task<HijackedConnection> StartAsync(string id, bool tty, CancellationToken cancellationToken) =>
        transport.HijackAsync($"exec/{id}/start", JsonSerializer.SerializeToUtf8Bytes(new StartExecRequest(false, tty), DockerJson.Default.StartExecRequest), cancellationToken);

    public Task<ExecInspect> InspectAsync(string id, CancellationToken cancellationToken) => transport.GetAsync($"exec/{id}/json", DockerJson.Default.ExecInspect, cancellationToken);

    public Task ResizeAsync(string id, int width, int height, CancellationToken cancellationToken) =>
        transport.InvokeAsync(HttpMethod.Post, $"exec/{id}/resize?h={height}&w={width}", null, cancellationToken);
}
