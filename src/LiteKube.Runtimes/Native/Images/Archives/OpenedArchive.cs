using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images.Layers;
using LiteKube.Runtimes.Native.Images.Storing;

namespace LiteKube.Runtimes.Native.Images.Archives;

/// <summary>An image archive's files, each under a number in a directory for unfinished work: what the archive calls them never becomes a path here.</summary>
internal sealed class OpenedArchive : IDisposable
{
    private const int MaxFiles = 100_000;
    private const int MaxLinks = 10;

    private readonly WorkDirectory _work;
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);

    private OpenedArchive(WorkDirectory work) => _work = work;

    /// <summary>Plain, gzip or zstd.</summary>
    public static async Task<OpenedArchive> OpenAsync(string path, WorkDirectory work, LayerLimits limits, CancellationToken cancellationToken)
    {
        var archive = new OpenedArchive(work);
        try
        {
            await Task.Factory.StartNew(() => archive.Read(path, limits, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            return archive;
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    public bool Has(string name) => Resolve(name) is not null;

    /// <summary>Where the file is.</summary>
    public string PathOf(string name) => Resolve(name) ?? throw Refused($"it has no file {name}, which it speaks of");

    public byte[] ReadAll(string name, int most)
    {
        var path = PathOf(name);
        return new FileInfo(path).Length <= most ? File.ReadAllBytes(path) : throw Refused($"its file {name} is larger than {most} bytes");
    }

    public static RuntimeException Refused(string why) => new(RuntimeError.ImagePull, "the image archive is refused: " + why);

    public void Dispose() => _work.Dispose();

    private void Read(string path, LayerLimits limits, CancellationToken cancellationToken)
    {
        using var source = Compression.Open(path);
        using var input = new ArchiveInput(source, new FileInfo(path).Length, limits, cancellationToken);
        using var none = new RecipeWriter(null);
        var reader = new TarReader(input, limits, none);
        while (reader.Next() is { } entry)
        {
            if (_files.Count + _links.Count >= MaxFiles)
                throw Refused($"it has more than {MaxFiles} files");
            var name = TarPath.Parse(entry.Name, entry.Name, limits).Value;
            if (entry.Kind == TarKind.File && entry.Sparse is null)
                _files[name] = Write(reader);
            else if (entry.Kind == TarKind.Symlink)
                _links[name] = Target(name, entry.LinkName);
            else if (entry.Kind == TarKind.HardLink)
                _links[name] = TarPath.Parse(entry.LinkName, entry.Name, limits).Value;
            else if (entry.Kind != TarKind.Directory)
                throw Refused($"its entry {name} is neither file nor directory");
        }
    }

    private string Write(TarReader reader)
    {
        var path = Path.Combine(_work.Path, _files.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        while (reader.Read() is { Length: > 0 } bytes)
            file.Write(bytes);
        return path;
    }

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

    private string? Resolve(string name)
    {
        for (var links = 0; links < MaxLinks; links++)
        {
            if (_files.TryGetValue(name, out var path))
                return path;
            if (!_links.TryGetValue(name, out var target))
                return null;
            name = target;
        }

        return null;
    }
}
