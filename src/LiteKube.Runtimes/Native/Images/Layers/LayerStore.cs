using System.Security.Cryptography;
using System.Text.Json;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images.Storing;
using Microsoft.Extensions.Logging;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>Unpacked layers, each once, named by the digest of its uncompressed archive.</summary>
internal sealed partial class LayerStore(StoreLayout layout, StoreLocks locks, LayerLimits limits, ImageCatalog catalog, ILogger<ImageStore> logger)
{
    private const string RecordName = "layer.json";
    private const string FilesName = "fs";

    public LayerLimits Limits => limits;

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

    public IReadOnlyList<string> DirectoriesOf(ImageRecord image) => [.. image.Layers.Select(l => Path.Combine(layout.Layer(l), FilesName))];

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
                Directory.Delete(directory, recursive: true);
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
        }
        catch (IOException) when (!Directory.Exists(directory))
        {
            // It is gone already.
            return;
        }
    }

    private WorkDirectory NewWork()
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
