using System.Buffers.Binary;
using System.Text;

namespace LiteKube.Runtimes.Native.Images.Archives;

/// <summary>A tar archive of read-only files, written as it comes, without times or owners: the same images give the same bytes.</summary>
internal sealed class ArchiveWriter(Stream destination)
{
    private const int Block = 512;
    private const long LargestOctal = (1L << 33) - 1;

    public async Task AddAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await destination.WriteAsync(Header(name, content.Length), cancellationToken).ConfigureAwait(false);
        await destination.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        await PadAsync(content.Length, cancellationToken).ConfigureAwait(false);
    }

    /// <param name="write">Writes exactly so many bytes.</param>
    public async Task AddAsync(string name, long size, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        await destination.WriteAsync(Header(name, size), cancellationToken).ConfigureAwait(false);
        await write(destination, cancellationToken).ConfigureAwait(false);
        await PadAsync(size, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask EndAsync(CancellationToken cancellationToken) => destination.WriteAsync(new byte[2 * Block], cancellationToken);

    private ValueTask PadAsync(long size, CancellationToken cancellationToken) => destination.WriteAsync(new byte[(Block - (size % Block)) % Block], cancellationToken);

    private static byte[] Header(string name, long size)
    {
        var header = new byte[Block];
        Encoding.ASCII.GetBytes(name, header.AsSpan(0, 100));
        Octal(header.AsSpan(100, 8), 0b100_100_100);
        Octal(header.AsSpan(108, 8), 0);
        Octal(header.AsSpan(116, 8), 0);
        if (size <= LargestOctal)
        {
            Octal(header.AsSpan(124, 12), size);
        }
        else
        {
            header[124] = 0x80;
            BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(128), size);
        }

        Octal(header.AsSpan(136, 12), 0);
        header[156] = (byte)'0';
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        Octal(header.AsSpan(148, 7), header.Sum(b => (int)b));
        return header;
    }

    /// <summary>Octal digits with leading zeros, and a NUL.</summary>
    private static void Octal(Span<byte> field, long value)
    {
        for (var i = field.Length - 2; i >= 0; i--, value >>= 3)
            field[i] = (byte)('0' + (value & 7));
        field[^1] = 0;
    }
}
