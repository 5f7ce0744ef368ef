using System.Security.Cryptography;
using System.Text.Json;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images.Storing;
using Microsoft.Extensions.Logging;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>Unpacked layers, each once, named by the digest of its uncompressed archive.</summary>
internal sealed partial class LayerStore(StoreLayout layout, StoreLocks locks, ImageStoreOptions options, ImageCatalog catalog, ILogger<ImageStore> logger)
{
    private const string RecordName = "layer.json";
    private const string FilesName = "fs";
    private const string DisplacedName = "displaced";
    private const string RecipeName = "recipe";

    /// <summary>Keeps a layer, present or to come, from being swept. Claim first, then look.</summary>
    public IDisposable Claim(string diffId) => locks.Take(LockName.Layer(diffId), shared: true);

    /// <summary>Null where it is not here whole.</summary>
    public LayerRecord? Find(string diffId)
    {
        try
        {
            var record = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(layout.Layer(diffId), RecordName)), StoreJson.Default.LayerRecord);
            return record is null || record.DiffId == diffId ? record
                : throw new RuntimeException(RuntimeError.ImagePull, $"the layers {record.DiffId} and {diffId} begin with the same digits and cannot both be stored");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public string DirectoryOf(string diffId) => layout.Layer(diffId);

    public string FilesOf(string diffId) => Path.Combine(layout.Layer(diffId), FilesName);

    /// <summary>
    /// Lowest first. Layers that another hides altogether are left out: those below an opaque root, and one that comes again further up, of which the
    /// upper shows all that the lower could (and which overlayfs would not take twice).
    /// </summary>
    public IReadOnlyList<string> Shown(IReadOnlyList<string> diffIds)
    {
        var lowest = diffIds.Count - 1;
        while (lowest > 0 && Find(diffIds[lowest]) is not { RootOpaque: true })
            lowest--;
        return [.. diffIds.Skip(lowest).Reverse().Distinct(StringComparer.Ordinal).Reverse()];
    }

    /// <summary>Lowest first.</summary>
    public IReadOnlyList<string> DirectoriesOf(ImageRecord image) =>
        [.. Shown(image.Layers).Select(FilesOf), .. image.HasSeam ? [layout.Seam(image.Id)] : Array.Empty<string>()];

    /// <summary>To export it. The caller holds an image that has it.</summary>
    public LayerArchive Archive(LayerRecord record)
    {
        var directory = layout.Layer(record.DiffId);
        return new LayerArchive(record, Path.Combine(directory, RecipeName), Path.Combine(directory, FilesName), Path.Combine(directory, DisplacedName));
    }

    /// <summary>Unpacks an archive, compressed or not, unless the layer is here. The caller claims the layer.</summary>
    /// <exception cref="RuntimeException">ImagePull: the archive is refused, or the disk is full.</exception>
    public Task UnpackAsync(string diffId, string archive, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Unpack(diffId, archive, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Unpack(string diffId, string archive, CancellationToken cancellationToken)
    {
        if (Find(diffId) is not null)
            return;
        using var work = NewWork();
        using var source = Compression.OpenFile(archive);
        var layer = Unpack(work, "layer", source, source.Length, cancellationToken);
        layer.Require(diffId);
        Publish(work, [layer]);
    }

    /// <summary>Unpacks an archive, compressed or not, into a directory for unfinished work. What its digest ought to be is the caller's to know.</summary>
    /// <exception cref="RuntimeException">ImagePull: the archive is refused, or the disk is full. Then nothing of it is left.</exception>
    public UnpackedLayer Unpack(WorkDirectory work, string name, Stream archive, long compressedSize, CancellationToken cancellationToken)
    {
        var directory = Path.Combine(work.Path, name);
        var displaced = Path.Combine(directory, DisplacedName);
        foreach (var path in new[] { directory, Path.Combine(directory, FilesName), displaced })
            Directory.CreateDirectory(path, StoreFiles.DirectoryMode);
        File.SetUnixFileMode(Path.Combine(directory, FilesName), (UnixFileMode)FileModes.ImpliedDirectory);
        options.AtStep?.Invoke("unpacking begun");
        try
        {
            var record = Unpack(archive, compressedSize, directory, displaced, work.Wrote, cancellationToken);
            options.AtStep?.Invoke("files written");
            if (record.Displaced.Count == 0)
                Directory.Delete(displaced);
            File.WriteAllBytes(Path.Combine(directory, RecordName), JsonSerializer.SerializeToUtf8Bytes(record, StoreJson.Default.LayerRecord));
            return new UnpackedLayer(directory, record);
        }
        catch
        {
            FileTree.Delete(directory);
            throw;
        }
    }

    /// <summary>Makes unpacked layers durable and gives them their names. The caller claims them.</summary>
    public void Publish(WorkDirectory work, IReadOnlyCollection<UnpackedLayer> layers)
    {
        if (layers.Count == 0)
            return;

        // Only what is durable gets a name.
        work.Sync();
        options.AtStep?.Invoke("layer durable");
        foreach (var layer in layers)
        {
            try
            {
                StoreFiles.Rename(layer.Directory, layout.Layer(layer.Record.DiffId));
                options.AtStep?.Invoke("layer named");
            }
            catch (IOException) when (Find(layer.Record.DiffId) is not null)
            {
                // Another process was faster; both have the same bytes.
                continue;
            }
        }
    }

    private LayerRecord Unpack(Stream archive, long compressedSize, string layer, string displaced, Action<long> wrote, CancellationToken cancellationToken)
    {
        using var source = Compression.Open(archive);
        using var input = new ArchiveInput(source, () => compressedSize, options.Limits, digest: true, cancellationToken);
        LayerRecord record;
        using (var recipe = new RecipeWriter(File.Create(Path.Combine(layer, RecipeName))))
        using (var tree = new LayerTree(LayerTree.OpenRoot(Path.Combine(layer, FilesName)), options.Limits))
        using (var aside = LayerTree.OpenRoot(displaced))
            record = new LayerUnpacker(tree, aside, new TarReader(input, options.Limits, recipe), recipe, options.Limits, wrote).Unpack(cancellationToken);
        return record with { DiffId = input.Digest(), ArchiveBytes = input.Position };
    }

    /// <summary>Bytes of all layers' files.</summary>
    public long UsedBytes() => catalog.Images().SelectMany(i => i.Layers).Distinct(StringComparer.Ordinal).Sum(l => Find(l)?.FileBytes ?? 0);

    /// <summary>Removes those of the layers that no image has, nobody claims and no mount uses.</summary>
    public void Sweep(IEnumerable<string> diffIds)
    {
        foreach (var diffId in diffIds.Distinct(StringComparer.Ordinal))
            SweepDirectory(layout.Layer(diffId), diffId);
    }

    /// <summary>Unfinished work of those who are gone, and layers that no image came to have.</summary>
    public void Recover()
    {
        foreach (var directory in Directory.EnumerateDirectories(layout.Work))
        {
            using var held = locks.TryTake(LockName.Work(Path.GetFileName(directory)), shared: false);
            if (held is not null)
                FileTree.Delete(directory);
        }

        SweepAll();
    }

    public void SweepAll()
    {
        foreach (var directory in Directory.EnumerateDirectories(layout.Layers))
            SweepDirectory(directory, Path.GetFileName(directory));
    }

    private void SweepDirectory(string directory, string diffId)
    {
        // The lock's name needs no more of the digest than the directory's name has.
        using var alone = locks.TryTake(LockName.Layer(diffId), shared: false);
        if (alone is null || catalog.Images().Any(i => i.Layers.Any(l => layout.Layer(l) == directory)))
            return;
        if (MountedLayers.Contain(Path.GetFileName(directory)))
        {
            LogMounted(directory);
            return;
        }

        using var work = NewWork();
        try
        {
            StoreFiles.Rename(directory, Path.Combine(work.Path, FilesName));
            options.AtStep?.Invoke("layer unnamed");
        }
        catch (IOException) when (!Directory.Exists(directory))
        {
            // It is gone already.
            return;
        }
    }

    /// <summary>The caller's to dispose.</summary>
    public WorkDirectory NewWork()
    {
        while (true)
        {
            var name = RandomNumberGenerator.GetHexString(16, lowercase: true);
            if (locks.TryTake(LockName.Work(name), shared: false) is { } held)
                return new WorkDirectory(Path.Combine(layout.Work, name), held);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "layer {Directory} is of no image any more, and still mounted; it goes at the next start or prune after that")]
    private partial void LogMounted(string directory);
}
