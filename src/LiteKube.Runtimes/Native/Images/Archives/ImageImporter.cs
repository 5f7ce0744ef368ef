using System.Text.Json;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images.Layers;
using LiteKube.Runtimes.Native.Images.Registries;
using LiteKube.Runtimes.Native.Images.Storing;

namespace LiteKube.Runtimes.Native.Images.Archives;

/// <summary>Takes images from archives that <c>docker save</c>, <c>ctr images export</c>, skopeo or <c>litekube images export</c> wrote.</summary>
internal sealed class ImageImporter(ImageStore store)
{
    private const string SavedIndex = "manifest.json";
    private const string OciIndex = "index.json";
    private const string ContainerdName = "io.containerd.image.name";
    private const string ReferenceName = "org.opencontainers.image.ref.name";
    private const int MaxDepth = 2;

    /// <param name="name">For an archive of one image that says none; null to leave it without.</param>
    /// <returns>The images' ids.</returns>
    /// <exception cref="RuntimeException">ImagePull: what is wrong with the archive.</exception>
    public async Task<IReadOnlyList<string>> ImportAsync(string path, string? name, bool pinned, CancellationToken cancellationToken)
    {
        var file = Compression.OpenFile(path);
        await using (file.ConfigureAwait(false))
            return await ImportAsync(file, file.CanSeek ? file.Length : null, name, pinned, cancellationToken).ConfigureAwait(false);
    }

    /// <param name="source">From its beginning; it need not be a file.</param>
    /// <param name="size">Null where only the end will tell.</param>
    /// <inheritdoc cref="ImportAsync(string, string?, bool, CancellationToken)"/>
    public async Task<IReadOnlyList<string>> ImportAsync(Stream source, long? size, string? name, bool pinned, CancellationToken cancellationToken)
    {
        // Said before gigabytes are read for nothing.
        var named = name is null ? null : ImageReference.Parse(name).ToString();
        using var archive = await OpenedArchive.OpenAsync(source, size, store, cancellationToken).ConfigureAwait(false);
        var images = archive.Has(SavedIndex) ? Saved(archive) : archive.Has(OciIndex) ? Layout(archive)
            : throw OpenedArchive.Refused("it has neither manifest.json (docker save) nor index.json (OCI layout)");
        if (images.Count == 0)
            throw OpenedArchive.Refused($"it has no image for linux/{ManifestParser.Architecture}");
        if (named is not null)
            images = images.Count == 1 ? [images[0] with { Names = [named] }] : throw OpenedArchive.Refused($"one name was given for {images.Count} images");
        return await ImportAsync(archive, images, pinned, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All layers, then one sync, then the images.</summary>
    private async Task<IReadOnlyList<string>> ImportAsync(OpenedArchive archive, List<ArchivedImage> images, bool pinned, CancellationToken cancellationToken)
    {
        var claims = new List<IDisposable>();
        try
        {
            var whole = new List<(string Id, IReadOnlyList<string> Layers, ArchivedImage Image)>();
            var unpacked = new Dictionary<string, UnpackedLayer>(StringComparer.Ordinal);
            foreach (var image in images)
            {
                var (config, diffIds) = ConfigParser.Parse(image.Config);
                ConfigParser.RequirePlatform(config);
                if (diffIds.Count != image.Layers.Count)
                    throw OpenedArchive.Refused($"the configuration of an image has {diffIds.Count} layers, and the archive has {image.Layers.Count}");
                foreach (var (diffId, file) in diffIds.Zip(image.Layers).DistinctBy(l => l.First, StringComparer.Ordinal))
                {
                    claims.Add(store.Layers.Claim(diffId));
                    if (store.Layers.Find(diffId) is not null || unpacked.ContainsKey(diffId))
                        continue;
                    var layer = await archive.LayerAsync(file, cancellationToken).ConfigureAwait(false);
                    layer.Require(diffId);
                    unpacked[diffId] = layer;
                }

                whole.Add((Digests.Of(image.Config), diffIds, image));
            }

            await Task.Run(() => store.Layers.Publish(archive.Work, unpacked.Values), CancellationToken.None).ConfigureAwait(false);
            foreach (var (id, layers, image) in whole)
                store.Commit(id, image.Manifest, layers, image.Config, image.Names, pinned);
            return [.. whole.Select(i => i.Id)];
        }
        finally
        {
            foreach (var claim in claims)
                claim.Dispose();
        }
    }

    private static List<ArchivedImage> Saved(OpenedArchive archive)
    {
        List<SavedImage>? saved;
        try
        {
            saved = JsonSerializer.Deserialize(archive.ReadAll(SavedIndex, ManifestParser.MaxBytes), ArchiveJson.Default.SavedImageList);
        }
        catch (JsonException e)
        {
            throw OpenedArchive.Refused($"its manifest.json is not the JSON expected ({e.Message})");
        }

        return [.. (saved ?? []).Select(s => s is { Config: { } config, Layers: { } layers } && !layers.Contains(null!)
            ? new ArchivedImage(archive.ReadAll(config, ConfigParser.MaxBytes), null, layers, [.. (s.RepoTags ?? []).OfType<string>().Select(t => ImageReference.Parse(t).ToString())])
            : throw OpenedArchive.Refused("its manifest.json has an image without configuration or layers"))];
    }

    private static List<ArchivedImage> Layout(OpenedArchive archive)
    {
        var index = ManifestParser.Parse(archive.ReadAll(OciIndex, ManifestParser.MaxBytes), null);
        var images = new List<ArchivedImage>();
        foreach (var entry in index.Manifests ?? throw OpenedArchive.Refused("its index.json is no index"))
        {
            // Several images may be in one archive, and one image may be there for several platforms, each by itself.
            if (entry.Platform is { Os: not null } platform && (platform.Os != "linux" || platform.Architecture != ManifestParser.Architecture))
                continue;
            images.Add(FromLayout(archive, entry, Name(entry)));
        }

        return images;
    }

    private static ArchivedImage FromLayout(OpenedArchive archive, Descriptor top, ImageReference? name)
    {
        var (entry, manifest) = (top, ReadManifest(archive, top));
        for (var depth = 0; manifest.Manifests is not null; depth++)
        {
            if (depth == MaxDepth)
                throw OpenedArchive.Refused("it has an index of indexes of indexes");
            entry = ManifestParser.Choose(manifest);
            manifest = ReadManifest(archive, entry);
        }

        var config = ReadBlob(archive, manifest.Config!.Digest, ConfigParser.MaxBytes);
        IReadOnlyList<string> names = name is null ? [] : [name.ToString(), $"{name.Name}@{top.Digest}"];
        return new ArchivedImage(config, entry.Digest, [.. manifest.Layers!.Select(l => BlobName(l.Digest))], [.. names.Distinct(StringComparer.Ordinal)]);
    }

    private static Manifest ReadManifest(OpenedArchive archive, Descriptor entry) => ManifestParser.Parse(ReadBlob(archive, entry.Digest, ManifestParser.MaxBytes), entry.MediaType);

    private static byte[] ReadBlob(OpenedArchive archive, string digest, int most)
    {
        var bytes = archive.ReadAll(BlobName(digest), most);
        return Digests.Of(bytes) == digest ? bytes : throw OpenedArchive.Refused($"its blob {digest} has other content than its digest says");
    }

    private static string BlobName(string digest) => Digests.IsSha256(digest) ? "blobs/sha256/" + digest["sha256:".Length..] : throw OpenedArchive.Refused($"the digest \"{digest}\" is not a sha256 digest");

    /// <summary>containerd writes the full name. The OCI's own annotation may be a name, or only a tag, which names nothing.</summary>
    private static ImageReference? Name(Descriptor entry)
    {
        if (entry.Annotations?.GetValueOrDefault(ContainerdName) is { } full)
            return ImageReference.Parse(full);
        return entry.Annotations?.GetValueOrDefault(ReferenceName) is { } name && name.AsSpan().IndexOfAny('/', ':') >= 0 ? ImageReference.TryParse(name) : null;
    }

    private sealed record ArchivedImage(byte[] Config, string? Manifest, IReadOnlyList<string> Layers, IReadOnlyList<string> Names);
}
