using System.IO.Compression;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>Opens an archive by what its first bytes say of its compression; what a media type says may be wrong.</summary>
internal static class Compression
{
    public static Stream Open(string path)
    {
        var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.SequentialScan });
        try
        {
            Span<byte> magic = stackalloc byte[6];
            var length = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
            file.Position = 0;
            return Kind(magic[..length]) switch
            {
                "gzip" => new GZipStream(new BufferedStream(file, 64 << 10), CompressionMode.Decompress),
                "zstd" => ZstdProgram.Open(file),
                null => file,
                var other => throw LayerRefusal.Because($"it is compressed with {other}, which LiteKube does not read: gzip, zstd and uncompressed layers can be had"),
            };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string? Kind(ReadOnlySpan<byte> magic) =>
        magic.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) ? "gzip"
        : magic.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]) ? "zstd"
        : magic.StartsWith("BZh"u8) ? "bzip2"
        : magic.StartsWith((ReadOnlySpan<byte>)[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) ? "xz"
        : null;
}
