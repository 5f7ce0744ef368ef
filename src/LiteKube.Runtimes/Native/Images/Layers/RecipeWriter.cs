using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>
/// Everything of a layer's archive that is not in its files: headers and padding word for word, and which file's bytes come where. With it the layer is
/// exported as the very archive it was, without a second copy on disk.
/// </summary>
/// <param name="destination">Null where no recipe is wanted.</param>
internal sealed class RecipeWriter(Stream? destination) : IDisposable
{
    public const byte LiteralRecord = 1;
    public const byte FileRecord = 2;
    public const int LiteralHead = 5;
    public const int FileHead = 15;

    private readonly DeflateStream? _output = destination is null ? null : new(destination, CompressionLevel.Fastest);

    /// <param name="path">One character a byte.</param>
    public void File(int entry, string path, long size)
    {
        if (_output is null)
            return;
        Span<byte> head = stackalloc byte[FileHead];
        head[0] = FileRecord;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], entry);
        BinaryPrimitives.WriteInt64LittleEndian(head[5..], size);
        BinaryPrimitives.WriteUInt16LittleEndian(head[13..], checked((ushort)path.Length));
        _output.Write(head);
        _output.Write(Encoding.Latin1.GetBytes(path));
    }

    public void Literal(ReadOnlySpan<byte> bytes)
    {
        if (_output is null)
            return;
        Span<byte> head = stackalloc byte[LiteralHead];
        head[0] = LiteralRecord;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], bytes.Length);
        _output.Write(head);
        _output.Write(bytes);
    }

    public void Dispose() => _output?.Dispose();
}
