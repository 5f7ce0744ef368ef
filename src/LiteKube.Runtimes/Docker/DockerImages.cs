using System.Collections.Concurrent;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker.Client;
using LiteKube.Runtimes.Docker.Client.Models;

namespace LiteKube.Runtimes.Docker;

internal sealed class DockerImages(DockerClient client, DockerRuntimeOptions options) : IImageService, IDisposable
{
    private readonly ConcurrentDictionary<string, string> _digests = new();

    // Credentials are part of the key: nobody gets an image by another pod's secret.
    private readonly SharedPulls<(string Reference, RegistryCredentials? Credentials), string> _pulls = new();

    public async ValueTask<ImageStatus?> GetAsync(string reference, CancellationToken cancellationToken)
    {
        if (await InspectAsync(NameFor(reference), cancellationToken).ConfigureAwait(false) is not { } image)
            return null;
        var status = new ImageStatus(image.Id, Named(image.RepoTags), Named(image.RepoDigests), image.Size, image.Config?.User ?? "", image.Config?.Volumes is { Count: > 0 } volumes ? [.. volumes.Keys] : null);
        Remember(status);
        return status;
    }

    /// <summary>Without LiteKube's own pause image, which is not the node's to collect. Users and volumes are not told here.</summary>
    public async ValueTask<IReadOnlyList<ImageStatus>> ListAsync(CancellationToken cancellationToken)
    {
        var images = new List<ImageStatus>();
        foreach (var image in await ListImagesAsync(cancellationToken).ConfigureAwait(false))
        {
            var status = new ImageStatus(image.Id, Named(image.RepoTags), Named(image.RepoDigests), image.Size);
            if (status.Tags.Any(t => t.StartsWith(PauseImage.Repository + ":", StringComparison.Ordinal)))
                continue;
            Remember(status);
            images.Add(status);
        }

        return images;
    }

    public async ValueTask<string> PullAsync(string reference, RegistryCredentials? credentials, CancellationToken cancellationToken)
    {
        var parsed = ImageReference.Parse(reference);
        try
        {
            return await _pulls.RunAsync((parsed.ToString(), credentials), token => PullAsync(parsed, credentials, token), cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            throw new RuntimeException(RuntimeError.ImagePull, e.Message, e);
        }
    }

    public async ValueTask RemoveAsync(string imageId, CancellationToken cancellationToken)
    {
        try
        {
            await client.Images.RemoveAsync(imageId, cancellationToken).ConfigureAwait(false);
            _digests.TryRemove(imageId, out _);
        }
        catch (DockerApiException e)
        {
            throw new RuntimeException(RuntimeError.Failed, e.Message, e);
        }
    }

    public async ValueTask<ImageFileSystem> GetFileSystemAsync(CancellationToken cancellationToken)
    {
        try
        {
            var info = await client.System.GetInfoAsync(cancellationToken).ConfigureAwait(false);
            var usage = await client.System.GetImageUsageAsync(cancellationToken).ConfigureAwait(false);
            return new ImageFileSystem(info.DockerRootDir, usage.LayersSize);
        }
        catch (DockerApiException e)
        {
            throw new RuntimeException(RuntimeError.Failed, e.Message, e);
        }
    }

    /// <summary>An image as pods' statuses name it: by digest where a registry gave one, else by its id. Asked of the engine once per image.</summary>
    public async ValueTask<string> GetDigestAsync(string imageId, CancellationToken cancellationToken)
    {
        if (!_digests.ContainsKey(imageId))
            await GetAsync(imageId, cancellationToken).ConfigureAwait(false);
        return _digests.GetValueOrDefault(imageId, imageId);
    }

    public void Dispose() => _pulls.Dispose();

    private async Task<ImageInspect?> InspectAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await client.Images.InspectAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            throw DockerRuntime.Refused(e, RuntimeError.Failed);
        }
    }

    private async Task<ImageSummary[]> ListImagesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await client.Images.ListAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            throw DockerRuntime.Refused(e, RuntimeError.Failed);
        }
    }

    private async Task<string> PullAsync(ImageReference reference, RegistryCredentials? credentials, CancellationToken cancellationToken)
    {
        var auth = credentials is null ? null : new RegistryAuth(credentials.Username, credentials.Password, credentials.IdentityToken, reference.Registry);
        await client.Images.PullAsync(reference.Name, reference.TagOrDigest, auth, options.PullStallTimeout, cancellationToken).ConfigureAwait(false);
        var image = await GetAsync(reference.ToString(), cancellationToken).ConfigureAwait(false)
            ?? throw new RuntimeException(RuntimeError.ImagePull, $"the Docker Engine pulled {reference} but does not have it");
        return image.Id;
    }

    private void Remember(ImageStatus image) => _digests[image.Id] = image.Digests.Count > 0 ? image.Digests[0] : image.Id;

    /// <summary>Content ids go to the engine as they are.</summary>
    private static string NameFor(string reference) => reference.StartsWith("sha256:", StringComparison.Ordinal) ? reference : ImageReference.Parse(reference).ToString();

    /// <summary>Engines show images that lost their name as &lt;none&gt;.</summary>
    private static List<string> Named(IReadOnlyList<string>? names) => names is null ? [] : [.. names.Where(n => !n.StartsWith("<none>", StringComparison.Ordinal))];
}
