using System.Globalization;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images.Layers;
using LiteKube.Runtimes.Native.Images.Storing;

namespace LiteKube.Runtimes.Native.Images.Archives;

/// <summary>
/// An image archive, read once from its beginning to its end. Which of its files are layers is said at its end only; so whatever looks like a layer is
/// unpacked as it comes by, and its content is written once. Other files lie under a number in a directory for unfinished work: what the archive
/// calls them never becomes a path here.
/// </summary>
internal sealed class OpenedArchive : IDisposable
{
    private const int MaxFiles = 100_000;
    private const int MaxLinks = 10;
    private const int HeadBytes = 512;

    // So small a file costs nothing to write twice, and need not be unpacked where nobody asks for it.
    private const int SmallFile = 64 << 10;

    private readonly LayerStore _layers;
    private readonly LayerLimits _limits;
    private readonly Dictionary<string, ArchivedFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);
    private int _count;

    private OpenedArchive(ImageStore store)
    {
        (_layers, _limits) = (store.Layers, store.Options.Limits);
        Work = _layers.NewWork();
    }

    public WorkDirectory Work { get; }

    /// <summary>Plain, gzip or zstd.</summary>
    /// <param name="size">Of the archive; null where only its end will tell.</param>
    public static Task<OpenedArchive> OpenAsync(Stream source, long? size, ImageStore store, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () =>
        {
            var archive = new OpenedArchive(store);
            try
            {
                archive.Read(source, size, cancellationToken);
                return archive;
            }
            catch (RuntimeException e) when (LayerRefusal.ReasonOf(e) is { } reason)
            {
                archive.Dispose();
                throw Refused(reason);
            }
            catch
            {
                archive.Dispose();
                throw;
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public bool Has(string name) => Resolve(name) is not null;

    public byte[] ReadAll(string name, int most) => Resolve(name) switch
    {
        ArchivedFile.Kept kept when new FileInfo(kept.Path).Length <= most => File.ReadAllBytes(kept.Path),
        ArchivedFile.Kept => throw Refused($"its file {name} is larger than {most} bytes"),
        null => throw Missing(name),
        _ => throw Refused($"its file {name} is an archive where JSON is meant"),
    };

    /// <summary>A file as a layer.</summary>
    public Task<UnpackedLayer> LayerAsync(string name, CancellationToken cancellationToken) => Resolve(name) switch
    {
        ArchivedFile.Unpacked unpacked => Task.FromResult(unpacked.Layer),
        ArchivedFile.Refused refused => Task.FromException<UnpackedLayer>(new RuntimeException(refused.Reason.Error, refused.Reason.Message, refused.Reason)),
        ArchivedFile.Kept kept => Task.Factory.StartNew(() => Unpack(kept.Path, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default),
        _ => throw Missing(name),
    };

    public static RuntimeException Refused(string why) => new(RuntimeError.ImagePull, "the image archive is refused: " + why);

    public void Dispose() => Work.Dispose();

    private void Read(Stream source, long? size, CancellationToken cancellationToken)
    {
        using var counted = HeadedStream.Open(source, 0);
        using var content = Compression.Open(counted);
        using var input = new ArchiveInput(content, () => size ?? counted.Position, _limits, digest: false, cancellationToken);
        using var none = new RecipeWriter(null);
        var reader = new TarReader(input, _limits, none);
        while (reader.Next() is { } entry)
        {
            if (_files.Count + _links.Count >= MaxFiles)
                throw Refused($"it has more than {MaxFiles} files");
            var name = TarPath.Parse(entry.Name, entry.Name, _limits).Value;
            if (entry.Kind == TarKind.File && entry.Sparse is null)
                _files[name] = Take(reader, entry.StoredSize, cancellationToken);
            else if (entry.Kind == TarKind.Symlink)
                _links[name] = Target(name, entry.LinkName);
            else if (entry.Kind == TarKind.HardLink)
                _links[name] = TarPath.Parse(entry.LinkName, entry.Name, _limits).Value;
            else if (entry.Kind != TarKind.Directory)
                throw Refused($"its entry {name} is neither file nor directory");
        }

        // A pipe that is not read to its end breaks for whoever writes it; and what is wrong with the end is wrong with the archive.
        reader.Drain();
    }

    private ArchivedFile Take(TarReader reader, long size, CancellationToken cancellationToken)
    {
        using var payload = HeadedStream.Open(new PayloadStream(reader), HeadBytes);
        if (size <= SmallFile || !Compression.IsArchive(payload.Head))
        {
            var path = Path.Combine(Work.Path, NewName());
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            payload.CopyTo(file);
            return new ArchivedFile.Kept(path);
        }

        try
        {
            return new ArchivedFile.Unpacked(_layers.Unpack(Work, NewName(), payload, size, cancellationToken));
        }
        catch (RuntimeException e) when (e.Error == RuntimeError.ImagePull)
        {
            return new ArchivedFile.Refused(e);
        }
    }

    private UnpackedLayer Unpack(string path, CancellationToken cancellationToken)
    {
        using var file = Compression.OpenFile(path);
        return _layers.Unpack(Work, NewName(), file, file.Length, cancellationToken);
    }

    private string NewName() => (_count++).ToString(CultureInfo.InvariantCulture);

    /// <summary>Older Docker saves a layer that comes twice as a link to the first. Only names are compared: nothing is followed on disk.</summary>
    private static string Target(string name, string link)
    {
        var parts = name.Split('/')[..^1].ToList();
        foreach (var part in link.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or ".."))
                parts.Add(part);
        }

        return string.Join('/', parts);
    }

    private ArchivedFile? Resolve(string name)
    {
        for (var links = 0; links < MaxLinks; links++)
        {
            if (_files.TryGetValue(name, out var file))
                return file;
            if (!_links.TryGetValue(name, out var target))
                return null;
            name = target;
        }

        return null;
    }

    private static RuntimeException Missing(string name) => Refused($"it has no file {name}, which it speaks of");
}
