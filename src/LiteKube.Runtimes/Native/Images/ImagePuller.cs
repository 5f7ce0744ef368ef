using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images.Registries;
using LiteKube.Runtimes.Native.Images.Storing;

namespace LiteKube.Runtimes.Native.Images;

/// <summary>Gets images from registries into the store.</summary>
internal sealed class ImagePuller(ImageStore store, TimeProvider time) : IDisposable
{
    private const int MaxIndexDepth = 2;

    // Images that are pulled at once share their layers' downloads.
    private readonly SharedPulls<string, bool> _layers = new();

    /// <returns>The image's id.</returns>
    /// <exception cref="RuntimeException">ImagePull, in the registry's own words.</exception>
    public async Task<string> PullAsync(ImageReference reference, RegistryCredentials? credentials, IProgress<PullProgress>? progress, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (var endpoint in RegistrySettingsFile.Read(store.Options.RegistriesFile).EndpointsFor(reference.Registry, credentials))
        {
            try
            {
                var client = new RegistryClient(endpoint, reference.Path, store.Options, time);
                return await PullAsync(client, reference, progress, cancellationToken).ConfigureAwait(false);
            }
            catch (RegistryException e)
            {
                failures.Add(e.Message);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new RuntimeException(RuntimeError.ImagePull, $"{reference}: {e.Message}", e);
            }
        }

        throw new RuntimeException(RuntimeError.ImagePull, $"failed to pull {reference}: {string.Join("; ", failures.Distinct(StringComparer.Ordinal))}");
    }

    public void Dispose() => _layers.Dispose();

    private async Task<string> PullAsync(RegistryClient client, ImageReference reference, IProgress<PullProgress>? progress, CancellationToken cancellationToken)
    {
        var (manifest, top, digest) = await FindAsync(client, reference, cancellationToken).ConfigureAwait(false);
        string[] names = [reference.ToString(), $"{reference.Name}@{top}"];
        var id = manifest.Config!.Digest;
        if (store.Catalog.TryName(id, names.Distinct(StringComparer.Ordinal), pinned: false))
            return id;

        var config = await client.GetBlobAsync(manifest.Config, ConfigParser.MaxBytes, cancellationToken).ConfigureAwait(false);
        var (parsed, diffIds) = ConfigParser.Parse(config);
        if (diffIds.Count != manifest.Layers!.Count)
            throw new RuntimeException(RuntimeError.ImagePull, $"the image's configuration is refused: it has {diffIds.Count} layers, and the manifest has {manifest.Layers.Count}");
        ConfigParser.RequirePlatform(parsed);

        // Those of pulls that were given up; nobody else looks for them while LiteKube runs.
        store.Downloads.Sweep(store.Options.KeepPartialDownloads);
        var claims = new List<IDisposable>();
        try
        {
            foreach (var diffId in diffIds.Distinct(StringComparer.Ordinal))
                claims.Add(store.Layers.Claim(diffId));
            await GetLayersAsync(client, reference, manifest.Layers, diffIds, progress, cancellationToken).ConfigureAwait(false);
            store.Commit(id, digest, diffIds, config, names.Distinct(StringComparer.Ordinal), pinned: false);
            return id;
        }
        finally
        {
            foreach (var claim in claims)
                claim.Dispose();
        }
    }

    /// <summary>The manifest of this machine's platform, with its digest and that of what the reference names.</summary>
    private static async Task<(Manifest Manifest, string Top, string Digest)> FindAsync(RegistryClient client, ImageReference reference, CancellationToken cancellationToken)
    {
        var (content, type, top) = await client.GetManifestAsync(reference.TagOrDigest, reference.Digest, cancellationToken).ConfigureAwait(false);
        var manifest = ManifestParser.Parse(content, type);
        var digest = top;
        for (var depth = 0; manifest.Manifests is not null; depth++)
        {
            if (depth == MaxIndexDepth)
                throw new RuntimeException(RuntimeError.ImagePull, "the image's manifest is refused: it is an index of indexes of indexes");
            var ours = ManifestParser.Choose(manifest);
            (content, type, digest) = await client.GetManifestAsync(ours.Digest, ours.Digest, cancellationToken).ConfigureAwait(false);
            manifest = ManifestParser.Parse(content, ours.MediaType ?? type);
        }

        return (manifest, top, digest);
    }

    private async Task GetLayersAsync(RegistryClient client, ImageReference reference, IReadOnlyList<Descriptor> blobs, IReadOnlyList<string> diffIds, IProgress<PullProgress>? progress, CancellationToken cancellationToken)
    {
        var wanted = diffIds.Zip(blobs).DistinctBy(l => l.First, StringComparer.Ordinal).ToList();
        var missing = wanted.Where(l => store.Layers.Find(l.First) is null).ToList();
        var told = new Tally(reference.ToString(), wanted.Count, wanted.Count - missing.Count, missing.Sum(l => l.Second.Size), progress);
        RequireSpace(missing.Sum(l => l.Second.Size));
        told.Report();
        using var slots = new SemaphoreSlim(store.Options.ParallelLayers);
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(missing.Select(async layer =>
        {
            try
            {
                await slots.WaitAsync(others.Token).ConfigureAwait(false);
                try
                {
                    await _layers.RunAsync(layer.First, token => GetLayerAsync(client, layer.Second, layer.First, told.Add, token), others.Token).ConfigureAwait(false);
                    told.Done();
                }
                finally
                {
                    slots.Release();
                }
            }
            catch
            {
                // The first failure is the pull's; the other layers need not come to their end.
                await others.CancelAsync().ConfigureAwait(false);
                throw;
            }
        })).ConfigureAwait(false);
    }

    private async Task<bool> GetLayerAsync(RegistryClient client, Descriptor blob, string diffId, Action<long> progress, CancellationToken cancellationToken)
    {
        using var download = await store.Downloads.TakeAsync(blob.Digest, cancellationToken).ConfigureAwait(false);

        // Another process may just have got it.
        if (store.Layers.Find(diffId) is not null)
            return true;
        await client.DownloadAsync(blob, download, progress, cancellationToken).ConfigureAwait(false);
        try
        {
            await store.Layers.UnpackAsync(diffId, download.Path, cancellationToken).ConfigureAwait(false);
        }
        catch (RuntimeException)
        {
            // What was refused once is refused again: nothing is won by keeping it.
            download.Delete();
            throw;
        }

        download.Delete();
        return true;
    }

    private void RequireSpace(long bytes)
    {
        var free = new DriveInfo(store.Options.Root).AvailableFreeSpace;
        if (bytes > free)
            throw new RuntimeException(RuntimeError.ImagePull, $"the image's layers have {bytes} bytes compressed, and the disk of {store.Options.Root} has {free} left: remove images (litekube images prune) or make the disk larger");
    }

    private sealed class Tally(string reference, int layers, int done, long total, IProgress<PullProgress>? progress)
    {
        private long _bytes;
        private int _done = done;

        public void Add(long bytes)
        {
            Interlocked.Add(ref _bytes, bytes);
            Report();
        }

        public void Done()
        {
            Interlocked.Increment(ref _done);
            Report();
        }

        public void Report() => progress?.Report(new PullProgress(reference, layers, Volatile.Read(ref _done), Volatile.Read(ref _bytes), total));
    }
}
