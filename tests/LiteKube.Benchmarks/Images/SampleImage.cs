using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace LiteKube.Benchmarks.Images;

/// <summary>An image of one layer, as <c>docker save</c> writes it: the same bytes in every run, about half of them compressible.</summary>
/// <param name="LayerFile">The layer alone, uncompressed.</param>
/// <param name="ArchiveFile">The archive to import.</param>
/// <param name="Bytes">Of the uncompressed layer.</param>
internal sealed record SampleImage(string LayerFile, string ArchiveFile, long Bytes, int Files)
{
    private const int FilesPerDirectory = 20;

    /// <summary>What system images are made of: many small files, a few large libraries.</summary>
    public static SampleImage ManyFiles(string directory, long bytes) => Create(directory, "many", bytes, random => random.Next(100) switch
    {
        < 60 => random.Next(200, 8_000),
        < 92 => random.Next(8_000, 80_000),
        < 99 => random.Next(80_000, 800_000),
        _ => random.Next(800_000, 6_000_000),
    });

    /// <summary>What a model or a database brings.</summary>
    public static SampleImage LargeFiles(string directory, long bytes) => Create(directory, "large", bytes, _ => 50_000_000);

    /// <returns>The archive gzipped, as <c>docker save | gzip</c> makes it.</returns>
    public string Gzipped()
    {
        var path = ArchiveFile + ".gz";
        using var from = File.OpenRead(ArchiveFile);
        using var to = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        from.CopyTo(to);
        return path;
    }

    private static SampleImage Create(string directory, string name, long bytes, Func<Random, int> size)
    {
        var random = new Random(7);
        var layer = Path.Combine(directory, name + "-layer.tar");
        var files = WriteLayer(layer, bytes, random, size);
        string digest;
        using (var file = File.OpenRead(layer))
            digest = Convert.ToHexStringLower(SHA256.HashData(file));
        var config = Encoding.UTF8.GetBytes($$"""{"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/true"]},"rootfs":{"type":"layers","diff_ids":["sha256:{{digest}}"]} }""");
        var archive = Path.Combine(directory, name + ".tar");
        using (var writer = new TarWriter(File.Create(archive), TarEntryFormat.Ustar))
        {
            writer.WriteEntry(layer, "1/layer.tar");
            writer.WriteEntry(Small("config.json", config));
            writer.WriteEntry(Small("manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"config.json","RepoTags":["bench/{{name}}:1"],"Layers":["1/layer.tar"]}]""")));
        }

        return new SampleImage(layer, archive, new FileInfo(layer).Length, files);
    }

    private static int WriteLayer(string path, long bytes, Random random, Func<Random, int> size)
    {
        var content = new byte[64 << 20];
        random.NextBytes(content);
        for (var at = 0; at < content.Length; at += 8192)
            content.AsSpan(at, 4096).Fill((byte)(at >> 13));
        using var writer = new TarWriter(File.Create(path), TarEntryFormat.Ustar);
        var files = 0;
        for (long written = 0; written < bytes; files++)
        {
            var folder = $"usr/lib/d{files / FilesPerDirectory}";
            if (files % FilesPerDirectory == 0)
                writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, folder));
            var length = size(random);
            using var data = new MemoryStream(content, random.Next(content.Length - length), length, writable: false);
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"{folder}/file-{files}") { DataStream = data, Mode = (UnixFileMode)0b110_100_100 });
            written += length;
        }

        return files;
    }

    private static UstarTarEntry Small(string name, byte[] content) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) };
}
