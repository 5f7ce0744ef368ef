using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using LiteKube.Runtimes.Docker.Client.Models;

namespace LiteKube.Runtimes.Docker.Client;

internal sealed class ImageOperations(DockerTransport transport)
{
    public async Task<ImageInspect?> InspectAsync(string reference, CancellationToken cancellationToken)
    {
        try
        {
            return await transport.GetAsync($"images/{reference}/json", DockerJson.Default.ImageInspect, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public Task<ImageSummary[]> ListAsync(CancellationToken cancellationToken) => transport.GetAsync("images/json", DockerJson.Default.ImageSummaryArray, cancellationToken);

    /// <summary>Removes the image with all its names. No error where it is gone already.</summary>
    public async Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await transport.InvokeAsync(HttpMethod.Delete, $"images/{id}?force=1", null, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e) when (e.Status == HttpStatusCode.NotFound)
        {
            // Gone is what was asked for.
        }
    }

    /// <summary>Loads the tar of <c>docker save</c>.</summary>
    public async Task LoadAsync(byte[] tar, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(tar);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var response = await transport.OpenAsync(HttpMethod.Post, "images/load?quiet=1", content, cancellationToken).ConfigureAwait(false);
        await DrainAsync(response, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Pulls to the end. What fails after the start comes as an error inside the progress, and is thrown alike.</summary>
    /// <param name="stall">Fails where the engine reports no progress for so long.</param>
    public async Task PullAsync(string name, string tagOrDigest, RegistryAuth? auth, TimeSpan stall, CancellationToken cancellationToken)
    {
        var path = $"images/create?fromImage={Uri.EscapeDataString(name)}&tag={Uri.EscapeDataString(tagOrDigest)}";
        using var response = await transport.OpenAsync(HttpMethod.Post, path, null, cancellationToken, AddAuth, stall).ConfigureAwait(false);
        await DrainAsync(response, stall, cancellationToken).ConfigureAwait(false);

        void AddAuth(HttpRequestHeaders headers)
        {
            if (auth is not null)
            {
                var json = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(auth, DockerJson.Default.RegistryAuth));
                headers.Add("X-Registry-Auth", json.Replace('+', '-').Replace('/', '_'));
            }
        }
    }

    private async Task DrainAsync(HttpResponseMessage response, TimeSpan stall, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(stall);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await foreach (var message in JsonLines.ReadAsync(stream, DockerJson.Default.ProgressMessage, limit.Token).ConfigureAwait(false))
            {
                if (message.Error is { } error)
                    throw new DockerApiException(HttpStatusCode.InternalServerError, error);
                limit.CancelAfter(stall);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DockerApiException(HttpStatusCode.GatewayTimeout, $"no progress for {stall.TotalSeconds:0} s ({e.GetType().Name})");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw transport.Unavailable(e);
        }
    }
}
