using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images.Archives;
using LiteKube.Runtimes.Native.Images.Storing;
using Microsoft.Extensions.Logging;

namespace LiteKube.Runtimes.Native.Images;

/// <summary>The image store as the node sees it.</summary>
internal sealed class NativeImages(ImageStore store, TimeProvider? time = null) : IImageService, IDisposable, IAsyncDisposable
{
    private readonly ImagePuller _puller = new(store, time ?? TimeProvider.System);

    // Credentials are part of the key: nobody gets an image by another pod's secret.
    private readonly SharedPulls<(string Reference, RegistryCredentials? Credentials), string> _pulls = new();

    private readonly CancellationTokenSource _closing = new();
    private Task _bundles = Task.CompletedTask;

    /// <summary>Begins to import what lies in the directory. Who asks for an image that is not here waits until it is done.</summary>
    public void BeginImport(string directory, ILogger logger)
    {
        var closing = _closing.Token;
        _bundles = Task.Run(() => new BundleDirectory(store, logger).ImportAsync(directory, closing), CancellationToken.None);
    }

    public async ValueTask<ImageStatus?> GetAsync(string reference, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var image = store.Find(reference);
        if (image is null && !_bundles.IsCompleted)
        {
            await _bundles.WaitAsync(cancellationToken).ConfigureAwait(false);
            image = store.Find(reference);
        }

        return image is null ? null : Status(image, [.. store.Catalog.References().Where(r => r.ImageId == image.Id)]);
    }

    public ValueTask<IReadOnlyList<ImageStatus>> ListAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var references = store.Catalog.References().ToLookup(r => r.ImageId, StringComparer.Ordinal);
        return ValueTask.FromResult<IReadOnlyList<ImageStatus>>([.. store.Catalog.Images().Select(i => Status(i, [.. references[i.Id]]))]);
    }

    public ValueTask<string> PullAsync(string reference, RegistryCredentials? credentials, CancellationToken cancellationToken) => PullAsync(reference, credentials, null, cancellationToken);

    /// <param name="progress">Told of by the first of those who pull the same at once.</param>
    public async ValueTask<string> PullAsync(string reference, RegistryCredentials? credentials, IProgress<PullProgress>? progress, CancellationToken cancellationToken)
    {
        var parsed = ImageReference.Parse(reference);
        return await _pulls.RunAsync((parsed.ToString(), credentials), token => _puller.PullAsync(parsed, credentials, progress, token), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask RemoveAsync(string imageId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        store.Remove(imageId);
        return ValueTask.CompletedTask;
    }

    public ValueTask<ImageFileSystem> GetFileSystemAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(new ImageFileSystem(store.Options.Root, store.Layers.UsedBytes()));

    /// <summary>An image as pods' statuses name it: by digest where a registry gave one, else by its id.</summary>
    public string DigestOf(string imageId) =>
        store.Catalog.References().Where(r => r.ImageId == imageId && r.IsDigest).Select(r => r.Name).Order(StringComparer.Ordinal).FirstOrDefault() ?? imageId;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _bundles.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Dispose();
    }

    public void Dispose()
    {
        _closing.Cancel();
        _closing.Dispose();
        _pulls.Dispose();
        _puller.Dispose();
    }

    private ImageStatus Status(ImageRecord image, IReadOnlyList<ReferenceRecord> references)
    {
        var (config, _) = ConfigParser.Parse(store.Catalog.ReadConfig(image.Id));
        return new ImageStatus(
            image.Id,
            [.. references.Where(r => !r.IsDigest).Select(r => r.Name).Order(StringComparer.Ordinal)],
            [.. references.Where(r => r.IsDigest).Select(r => r.Name).Order(StringComparer.Ordinal)],
            image.SizeBytes,
            config.User,
            config.Volumes.Count > 0 ? config.Volumes : null)
        { Pinned = references.Any(r => r.Pinned) };
    }
}
