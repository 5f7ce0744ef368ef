using System.Buffers;
using System.Text;

namespace LiteKube.Runtimes.Docker;

/// <summary>A ustar archive of a few files in memory, without times or owners, so that the same files give the same bytes.</summary>
internal sealed class TarArchive
{
    private const int Block = 512;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public void Add(string name, ReadOnlySpan<byte> content, bool executable)
    {
        Span<byte> header = stackalloc byte[Block];
        header.Clear();
        Encoding.ASCII.GetBytes(name, header[..100]);
        Octal(header.Slice(100, 8), executable ? 0b111_101_101 : 0b110_100_100);
        Octal(header.Slice(108, 8), 0);
        Octal(header.Slice(116, 8), 0);
        Octal(header.Slice(124, 12), content.Length);
        Octal(header.Slice(136, 12), 0);
        header[156] = (byte)'0';
        "ustar\000"u8.CopyTo(header[257..]);

        // The sum is taken with its own field as spaces.
        header.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var b in header)
            sum += b;
        Octal(header.Slice(148, 7), sum);

        _bytes.Write(header);
        _bytes.Write(content);
        _bytes.Write(new byte[(Block - (content.Length % Block)) % Block]);
    }

    public byte[] ToArray()
    {
        var archive = new byte[_bytes.WrittenCount + (2 * Block)];
        _bytes.WrittenSpan.CopyTo(archive);
        return archive;
    }

    /// <summary>Octal digits with leading zeros, and a NUL.</summary>
    private static void Octal(Span<byte> field, long value)
    {
        for (var i = field.Length - 2; i >= 0; i--, value >>= 3)
            field[i] = (byte)('0' + (value & 7));
        field[^1] = 0;
    }
}
