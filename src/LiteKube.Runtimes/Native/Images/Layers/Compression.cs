using System.IO.Compression;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>Opens an archive by what its first bytes say of its compression; what a media type says may be wrong.</summary>
internal static class Compression
{
    private const int MagicBytes = 6;
    private const int ReadAtOnce = 64 << 10;

    public static FileStream OpenFile(string path) =>
        new(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.SequentialScan });

    /// <summary>Of the whole stream. The result is the caller's to dispose, the stream with it.</summary>
    public static Stream Open(Stream compressed)
    {
        try
        {
            var source = HeadedStream.Open(compressed, MagicBytes);
            return Kind(source.Head) switch
            {
                "gzip" => new GZipStream(new BufferedStream(source, ReadAtOnce), CompressionMode.Decompress),
                "zstd" => ZstdProgram.Open(source),
                null => source,
                var other => throw LayerRefusal.Because($"it is compressed with {other}, which LiteKube does not read: gzip, zstd and uncompressed layers can be had"),
            };
        }
        catch
        {
            compressed.Dispose();
            throw;
        }
    }

    /// <summary>Whether it begins like an archive, compressed or not.</summary>
    public static bool IsArchive(ReadOnlySpan<byte> head) => Kind(head) is not null || TarHeader.HasMagic(head);

    private static string? Kind(ReadOnlySpan<byte> magic) =>
        magic.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) ? "gzip"
        : magic.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]) ? "zstd"
        : magic.StartsWith("BZh"u8) ? "bzip2"
        : magic.StartsWith((ReadOnlySpan<byte>)[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) ? "xz"
        : null;
}
