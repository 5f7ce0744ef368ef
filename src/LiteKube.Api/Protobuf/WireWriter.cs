using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace LiteKube.Api.Protobuf;

/// <summary>Writes messages front to back into one pooled buffer. A message's length is known at its end; where it needs more than one byte, the content moves up.</summary>
internal sealed class WireWriter : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Space(bytes.Length));

    public void Varint(ulong value)
    {
        var size = SizeOf(value);
        var space = Space(size);
        for (var i = 0; i < size - 1; i++)
        {
            space[i] = (byte)(value | 0x80);
            value >>= 7;
        }

        space[size - 1] = (byte)value;
    }

    public void Tag(int number, int wireType) => Varint((uint)number << 3 | (uint)wireType);

    public void Int(int number, long value)
    {
        Tag(number, WireReader.Varint);
        Varint((ulong)value);
    }

    public void Double(int number, double value)
    {
        Tag(number, WireReader.Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(Space(8), value);
    }

    public void Bytes(int number, ReadOnlySpan<byte> value)
    {
        Tag(number, WireReader.Bytes);
        Varint((ulong)value.Length);
        Raw(value);
    }

    public void Text(int number, string value)
    {
        Tag(number, WireReader.Bytes);
        var size = Encoding.UTF8.GetByteCount(value);
        Varint((ulong)size);
        Encoding.UTF8.GetBytes(value, Space(size));
    }

    /// <summary>Begins a message; pass what this returns to <see cref="End"/>.</summary>
    public int Begin(int number)
    {
        Tag(number, WireReader.Bytes);
        Space(1);
        return Length;
    }

    public void End(int start)
    {
        var size = Length - start;
        var extra = SizeOf((ulong)size) - 1;
        if (extra > 0)
        {
            Space(extra);
            _buffer.AsSpan(start, size).CopyTo(_buffer.AsSpan(start + extra));
        }

        var end = Length;
        Length = start - 1;
        Varint((ulong)size);
        Length = end;
    }

    private static int SizeOf(ulong value) => (70 - BitOperations.LeadingZeroCount(value | 1)) / 7;

    private Span<byte> Space(int count)
    {
        if (_buffer.Length - Length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, Length + count));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var space = _buffer.AsSpan(Length, count);
        Length += count;
        return space;
    }
}
