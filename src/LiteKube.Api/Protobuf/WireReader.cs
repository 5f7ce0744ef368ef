using System.Buffers.Binary;

namespace LiteKube.Api.Protobuf;

/// <summary>Walks the fields of one message. Every read checks its bounds; bad data is a BadRequest.</summary>
internal ref struct WireReader
{
    public const int Varint = 0;
    public const int Fixed64 = 1;
    public const int Bytes = 2;
    public const int Fixed32 = 5;

    private ReadOnlySpan<byte> _rest;

    public WireReader(ReadOnlySpan<byte> message) => _rest = message;

    /// <summary>The number of the field that <see cref="Next"/> moved to.</summary>
    public int Number { get; private set; }

    public int WireType { get; private set; }

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>Moves to the next field; its value must then be read or skipped.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
            return false;
        var tag = ReadVarint();
        Number = (int)(tag >> 3);
        WireType = (int)(tag & 7);
        return tag <= uint.MaxValue && Number > 0 ? true : throw Bad("illegal tag");
    }

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (var i = 0; i < 10 && i < _rest.Length; i++)
        {
            var b = _rest[i];
            value |= (ulong)(b & 0x7f) << (7 * i);
            if (b < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw Bad(_rest.Length < 10 ? "unexpected end of data" : "integer overflow");
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadVarint();
        if (length > (ulong)_rest.Length)
            throw Bad("unexpected end of data");
        var value = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return value;
    }

    public ulong ReadFixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>Checks that the field is of that wire type.</summary>
    public readonly void Expect(int wireType)
    {
        if (WireType != wireType)
            throw Bad($"wrong wireType = {WireType} for field {Number}");
    }

    public void Skip()
    {
        switch (WireType)
        {
            case Varint: ReadVarint(); break;
            case Fixed64: Take(8); break;
            case Bytes: ReadBytes(); break;
            case Fixed32: Take(4); break;
            default: throw Bad($"illegal wireType {WireType}");
        }
    }

    public static ApiException Bad(string why) => new(StatusReason.BadRequest, $"proto: {why}");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_rest.Length < count)
            throw Bad("unexpected end of data");
        var value = _rest[..count];
        _rest = _rest[count..];
        return value;
    }
}
