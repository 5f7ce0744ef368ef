using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Images.Archives;
using Microsoft.Extensions.Logging;

namespace LiteKube.Runtimes.Native;

/// <summary>
/// The native runtime's images for an operator on the machine, whether LiteKube runs or not: it works on the store itself, which any number of processes
/// may use at once.
/// </summary>
public sealed class LocalImages : IDisposable
{
    private const int ShownIdLength = 12;

    private readonly ImageStore _store;
    private readonly NativeImages _images;

    /// <exception cref="IOException">The directories cannot be made.</exception>
    public LocalImages(NativeRuntimeOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        var layout = new RuntimeLayout(options);
        _store = ImageStore.Open(new ImageStoreOptions { Root = layout.Images, Users = new ImageUsers(layout).Of }, time, loggers.CreateLogger<ImageStore>());
        _images = new NativeImages(_store, time);
    }

    public ValueTask<IReadOnlyList<ImageStatus>> ListAsync(CancellationToken cancellationToken) => _images.ListAsync(cancellationToken);

    /// <param name="progress">Downloaded bytes, bytes in all, layers that are done, layers in all.</param>
    /// <returns>The image's id.</returns>
    public async Task<string> PullAsync(string reference, RegistryCredentials? credentials, Action<long, long, int, int> progress, CancellationToken cancellationToken) =>
        await _images.PullAsync(reference, credentials, new Told(progress), cancellationToken).ConfigureAwait(false);

    /// <param name="archive">From its beginning; it need not be a file.</param>
    /// <param name="name">For an archive of one image that says none.</param>
    /// <returns>The images' ids.</returns>
    public Task<IReadOnlyList<string>> ImportAsync(Stream archive, string? name, bool pinned, CancellationToken cancellationToken) =>
        new ImageImporter(_store).ImportAsync(archive, null, name, pinned, cancellationToken);

    public Task<IReadOnlyList<string>> ImportAsync(string path, string? name, bool pinned, CancellationToken cancellationToken) =>
        new ImageImporter(_store).ImportAsync(path, name, pinned, cancellationToken);

    public Task ExportAsync(IReadOnlyList<string> idsOrNames, Stream destination, CancellationToken cancellationToken) =>
        new ImageExporter(_store).ExportAsync([.. idsOrNames.Select(Expand)], destination, cancellationToken);

    /// <summary>A name: it alone, unless it is the image's last. An id, also a shortened one: the image with all its names.</summary>
    /// <returns>True where the image went.</returns>
    /// <exception cref="RuntimeException">ImageNotPresent; Failed where it is in use.</exception>
    public bool Remove(string idOrName)
    {
        var what = Expand(idOrName);
        var image = _store.Find(what) ?? throw new RuntimeException(RuntimeError.ImageNotPresent, $"image {idOrName} is not here");
        if (!Digests.IsSha256(what))
        {
            var name = ImageReference.Parse(what).ToString();

            // The digest that a tag was pulled by does not keep the image.
            if (_store.Catalog.References().Any(r => r.ImageId == image.Id && r.Name != name && !r.IsDigest))
            {
                _store.Catalog.Unname(name);
                return false;
            }
        }

        _store.Remove(image.Id);
        return true;
    }

    /// <returns>The ids of the images removed, the bytes that are free now, and how many images stay because containers have them.</returns>
    public (IReadOnlyList<string> Removed, long FreedBytes, int InUse) Prune()
    {
        var before = _store.Layers.UsedBytes();
        var (removed, inUse) = _store.Prune();
        return ([.. removed.Select(i => i.Id)], before - _store.Layers.UsedBytes(), inUse);
    }

    public void Dispose() => _images.Dispose();

    /// <summary>As lists show them: <c>sha256:</c> or not, and at least so many digits that one image has them.</summary>
    private string Expand(string idOrName)
    {
        var digits = idOrName.StartsWith("sha256:", StringComparison.Ordinal) ? idOrName["sha256:".Length..] : idOrName;
        if (digits.Length < ShownIdLength || digits.AsSpan().IndexOfAnyExcept("0123456789abcdef") >= 0)
            return idOrName;
        var ids = _store.Catalog.Images().Select(i => i.Id).Where(i => i.StartsWith("sha256:" + digits, StringComparison.Ordinal)).ToList();
        return ids.Count == 1 ? ids[0] : idOrName;
    }

    private sealed class Told(Action<long, long, int, int> tell) : IProgress<PullProgress>
    {
        public void Report(PullProgress value) => tell(value.DownloadedBytes, value.TotalBytes, value.LayersDone, value.Layers);
    }
}
