using System.Buffers.Binary;

namespace LiteKube.Node.Server.Spdy;

/// <summary>Deflate's uncompressed block (RFC 1951, 3.2.4), not the last of its stream: a zero byte, the length, its complement, the bytes.</summary>
internal static class DeflateStoredBlock
{
    public static byte[] Of(ReadOnlySpan<byte> content)
    {
        var block = new byte[5 + content.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(1), (ushort)content.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(3), (ushort)~content.Length);
        content.CopyTo(block.AsSpan(5));
        return block;
    }
}
