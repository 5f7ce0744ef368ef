using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images.Layers;
using LiteKube.Runtimes.Native.Images.Storing;
using Microsoft.Extensions.Logging;

namespace LiteKube.Runtimes.Native.Images;

/// <summary>
/// LiteKube's images: unpacked layers, shared by the digest of their content, and records that say which layers an image has and what it is called.
/// Any number of processes may use one store at once; nothing is kept in memory between calls.
/// </summary>
internal sealed class ImageStore
{
    private readonly StoreLayout _layout;
    private readonly StoreLocks _locks;

    private ImageStore(ImageStoreOptions options, TimeProvider time, ILogger<ImageStore> logger)
    {
        Options = options;
        _layout = new StoreLayout(options.Root);
        _locks = new StoreLocks(_layout.LockFile);
        Catalog = new ImageCatalog(_layout, _locks, time, options.Users, options.AtStep);
        Layers = new LayerStore(_layout, _locks, options, Catalog, logger);
        Seams = new SeamStore(_layout, _locks, Layers, Catalog, options.AtStep);
        Downloads = new PartialDownloads(_layout, _locks, time);
    }

    public ImageStoreOptions Options { get; }

    public ImageCatalog Catalog { get; }

    public LayerStore Layers { get; }

    public SeamStore Seams { get; }

    public PartialDownloads Downloads { get; }

    /// <summary>Where it is kept which archives of the bundle directory were imported.</summary>
    public string BundleRecords => _layout.Bundles;

    /// <summary>Makes the store where there is none, and drops what others left unfinished when they ended.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static ImageStore Open(ImageStoreOptions options, TimeProvider time, ILogger<ImageStore> logger)
    {
        var store = new ImageStore(options, time, logger);
        foreach (var directory in store._layout.Directories)
            Directory.CreateDirectory(directory, StoreFiles.DirectoryMode);
        store.Catalog.Recover();
        store.Layers.Recover();
        store.Seams.SweepAll();
        store.Downloads.Sweep(options.KeepPartialDownloads);
        return store;
    }

    /// <summary>Makes an image visible. Its layers are here, durable and claimed by the caller.</summary>
    /// <exception cref="RuntimeException">ImagePull: the layers do not fit together.</exception>
    public void Commit(string id, string? manifest, IReadOnlyList<string> layers, ReadOnlySpan<byte> config, IEnumerable<string> names, bool pinned)
    {
        using var claim = Seams.Claim(id);
        var size = config.Length + layers.Distinct(StringComparer.Ordinal).Sum(l => Layers.Find(l)!.FileBytes);
        Catalog.Commit(new ImageRecord(id, manifest, layers, size) { HasSeam = Seams.Make(id, layers) }, config, names, pinned);
    }

    /// <summary>What a container of the image is made from. Hold the image first, or it may go while the container is made.</summary>
    /// <param name="idOrReference">An id (<c>sha256:…</c>) or a name in any of its forms.</param>
    /// <exception cref="RuntimeException">ImageNotPresent, InvalidImageName.</exception>
    public ValueTask<ImageSnapshot> OpenAsync(string idOrReference, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var image = Find(idOrReference) ?? throw Absent(idOrReference);
        try
        {
            var (config, _) = ConfigParser.Parse(Catalog.ReadConfig(image.Id));
            return ValueTask.FromResult(new ImageSnapshot(image.Id, Layers.DirectoriesOf(image), config));
        }
        catch (FileNotFoundException)
        {
            throw Absent(idOrReference);
        }
    }

    /// <summary>Keeps the image from being removed, by anyone, until disposed or until this process ends. The layers of a mounted root file system stay in any case.</summary>
    /// <exception cref="RuntimeException">ImageNotPresent.</exception>
    public IDisposable Hold(string imageId)
    {
        var hold = _locks.Take(LockName.Image(imageId), shared: true);
        if (Catalog.Find(imageId) is not null)
            return hold;
        hold.Dispose();
        throw Absent(imageId);
    }

    /// <summary>Null where there is no such image.</summary>
    /// <exception cref="RuntimeException">InvalidImageName.</exception>
    public ImageRecord? Find(string idOrReference)
    {
        if (Digests.IsSha256(idOrReference))
            return Catalog.Find(idOrReference);
        return Catalog.FindReference(ImageReference.Parse(idOrReference).ToString()) is { } reference ? Catalog.Find(reference.ImageId) : null;
    }

    /// <summary>The image, its names, and those of its layers that no other image has. No error where it is gone.</summary>
    /// <exception cref="RuntimeException">It is in use.</exception>
    public void Remove(string id)
    {
        if (Catalog.Remove(id, i => MountedLayers.Are(Layers.Shown(i.Layers).Select(StoreLayout.LayerName))) is not { } image)
            return;
        Seams.Sweep(id);
        Layers.Sweep(image.Layers);
    }

    /// <summary>Removes every image that is neither pinned nor in use, whatever is left of removed ones, and downloads that nobody goes on with.</summary>
    /// <returns>The images removed, and how many stay because they are in use.</returns>
    public (IReadOnlyList<ImageRecord> Removed, int InUse) Prune()
    {
        var pinned = Catalog.References().Where(r => r.Pinned).Select(r => r.ImageId).ToHashSet(StringComparer.Ordinal);
        var removed = new List<ImageRecord>();
        var inUse = 0;
        foreach (var image in Catalog.Images().Where(i => !pinned.Contains(i.Id)))
        {
            try
            {
                Remove(image.Id);
                removed.Add(image);
            }
            catch (RuntimeException)
            {
                inUse++;
            }
        }

        Seams.SweepAll();
        Layers.SweepAll();
        Downloads.Sweep(TimeSpan.Zero);
        return (removed, inUse);
    }

    private static RuntimeException Absent(string what) => new(RuntimeError.ImageNotPresent, $"image {what} is not here");
}
