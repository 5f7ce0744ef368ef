using System.Globalization;

namespace LiteKube.ApiServer.Audit;

/// <summary>A file that is put aside under the time when it has grown too large. Used by one writer.</summary>
internal sealed class RotatingFile(string path, long maxBytes, TimeSpan? maxAge, int maxBackups, TimeProvider time) : IDisposable
{
    private const string Stamp = "yyyy-MM-dd'T'HH-mm-ss.fff";

    private readonly string _directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
    private readonly string _name = Path.GetFileNameWithoutExtension(path);
    private readonly string _extension = Path.GetExtension(path);
    private FileStream? _file;

    public void Write(ReadOnlySpan<byte> line)
    {
        _file ??= Open();
        if (_file.Length > 0 && _file.Length + line.Length > maxBytes)
            Rotate();
        _file!.Write(line);
    }

    public void Flush() => _file?.Flush();

    public void Dispose() => _file?.Dispose();

    private FileStream Open()
    {
        Directory.CreateDirectory(_directory);
        return new FileStream(path, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 64 * 1024, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
    }

    private void Rotate()
    {
        _file!.Dispose();
        _file = null;
        var now = time.GetUtcNow();
        var aside = PathAt(now);
        // Two in one millisecond must not become one.
        while (File.Exists(aside))
            aside = PathAt(now += TimeSpan.FromMilliseconds(1));
        File.Move(path, aside);
        Prune();
        _file = Open();
    }

    private string PathAt(DateTimeOffset now) => Path.Combine(_directory, $"{_name}-{now.UtcDateTime.ToString(Stamp, CultureInfo.InvariantCulture)}{_extension}");

    private void Prune()
    {
        var kept = 0;
        foreach (var (file, since) in Aside().OrderByDescending(a => a.Since))
        {
            var tooMany = maxBackups > 0 && ++kept > maxBackups;
            if (tooMany || (maxAge is { } age && time.GetUtcNow() - since > age))
                File.Delete(file);
        }
    }

    private IEnumerable<(string Path, DateTimeOffset Since)> Aside()
    {
        foreach (var file in Directory.EnumerateFiles(_directory, $"{_name}-*{_extension}"))
        {
            var text = Path.GetFileNameWithoutExtension(file)[(_name.Length + 1)..];
            if (DateTimeOffset.TryParseExact(text, Stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since))
                yield return (file, since);
        }
    }
}
