using System.Buffers.Binary;

namespace LiteKube.Node.Server.Spdy;

/// <summary>
/// Header blocks of replies: always without headers, which is all that Kubernetes' protocols want. Not compressed, but in the form of SPDY's zlib
/// stream; the empty block at the end makes the peer's inflater hand over what it has.
/// </summary>
internal sealed class SpdyHeaderWriter
{
    private static readonly byte[] NoHeaders = [.. DeflateStoredBlock.Of([0, 0, 0, 0]), .. DeflateStoredBlock.Of([])];

    private bool _started;

    public byte[] WriteEmpty()
    {
        if (_started)
            return NoHeaders;
        _started = true;

        // Deflate with a 32 KiB window and a preset dictionary, made a multiple of 31 by the lowest bits (RFC 1950), and the dictionary's id.
        byte[] header = [0x78, 0x20, 0, 0, 0, 0];
        header[1] |= (byte)(31 - (((header[0] << 8) | header[1]) % 31));
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(2), SpdyDictionary.Adler32);
        return [.. header, .. NoHeaders];
    }
}
