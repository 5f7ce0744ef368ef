using System.Text.Json;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images.Registries;
using LiteKube.Runtimes.Native.Images.Storing;

namespace LiteKube.Runtimes.Native.Images.Archives;

/// <summary>
/// Writes images as an OCI layout that is a <c>docker save</c> archive too, so that Docker, containerd, Podman and LiteKube all read it. Layers are
/// uncompressed, configurations as they were: the images have the same ids wherever they are imported.
/// </summary>
internal sealed class ImageExporter(ImageStore store)
{
    private const string BlobDirectory = "blobs/sha256/";

    /// <exception cref="RuntimeException">ImageNotPresent; Failed where a layer was changed on disk.</exception>
    public async Task ExportAsync(IReadOnlyList<string> idsOrReferences, Stream destination, CancellationToken cancellationToken)
    {
        var holds = new List<IDisposable>();
        try
        {
            var images = new List<(ImageRecord Image, string? Name)>();
            foreach (var what in idsOrReferences)
            {
                var image = store.Find(what) ?? throw new RuntimeException(RuntimeError.ImageNotPresent, $"image {what} is not here");
                holds.Add(store.Hold(image.Id));
                images.Add((image, Digests.IsSha256(what) ? null : ImageReference.Parse(what) is { Digest: null } named ? named.ToString() : null));
            }

            await WriteAsync(images, new ArchiveWriter(destination), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var hold in holds)
                hold.Dispose();
        }
    }

    private async Task WriteAsync(List<(ImageRecord Image, string? Name)> images, ArchiveWriter archive, CancellationToken cancellationToken)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        var saved = new List<SavedImage>();
        var index = new List<Descriptor>();
        foreach (var group in images.GroupBy(i => i.Image.Id, StringComparer.Ordinal))
        {
            var image = group.First().Image;
            var layers = image.Layers.Select(l => store.Layers.Find(l) ?? throw new RuntimeException(RuntimeError.Failed, $"the layer {l} is not here")).ToList();
            foreach (var layer in layers.Where(l => written.Add(l.DiffId)))
                await archive.AddAsync(BlobName(layer.DiffId), layer.ArchiveBytes, (to, token) => store.Layers.Archive(layer).WriteToAsync(to, token), cancellationToken).ConfigureAwait(false);
            var config = store.Catalog.ReadConfig(image.Id);
            await archive.AddAsync(BlobName(image.Id), config, cancellationToken).ConfigureAwait(false);
            var manifest = JsonSerializer.SerializeToUtf8Bytes(Manifest(image, config.Length, layers), ArchiveJson.Default.Manifest);
            await archive.AddAsync(BlobName(Digests.Of(manifest)), manifest, cancellationToken).ConfigureAwait(false);
            var names = group.Select(g => g.Name).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
            saved.Add(new SavedImage { Config = BlobName(image.Id), RepoTags = names, Layers = [.. image.Layers.Select(BlobName)] });
            foreach (var name in names.DefaultIfEmpty(null))
                index.Add(Entry(manifest, name));
        }

        await archive.AddAsync("oci-layout", JsonSerializer.SerializeToUtf8Bytes(new OciLayout(), ArchiveJson.Default.OciLayout), cancellationToken).ConfigureAwait(false);
        var whole = new Manifest { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = index };
        await archive.AddAsync("index.json", JsonSerializer.SerializeToUtf8Bytes(whole, ArchiveJson.Default.Manifest), cancellationToken).ConfigureAwait(false);
        await archive.AddAsync("manifest.json", JsonSerializer.SerializeToUtf8Bytes(saved, ArchiveJson.Default.SavedImageList), cancellationToken).ConfigureAwait(false);
        await archive.EndAsync(cancellationToken).ConfigureAwait(false);
    }

    private static Manifest Manifest(ImageRecord image, long configSize, IReadOnlyList<LayerRecord> layers) => new()
    {
        SchemaVersion = 2,
        MediaType = MediaTypes.OciManifest,
        Config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = image.Id, Size = configSize },
        Layers = [.. layers.Select(l => new Descriptor { MediaType = MediaTypes.OciLayer, Digest = l.DiffId, Size = l.ArchiveBytes })],
    };

    private static Descriptor Entry(byte[] manifest, string? name) => new()
    {
        MediaType = MediaTypes.OciManifest,
        Digest = Digests.Of(manifest),
        Size = manifest.Length,
        Annotations = name is null ? null : new Dictionary<string, string> { ["io.containerd.image.name"] = name, ["org.opencontainers.image.ref.name"] = name[(name.LastIndexOf(':') + 1)..] },
    };

    private static string BlobName(string digest) => BlobDirectory + digest["sha256:".Length..];
}
