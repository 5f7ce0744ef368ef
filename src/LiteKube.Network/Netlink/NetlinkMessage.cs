using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace LiteKube.Network.Netlink;

/// <summary>
/// One netlink request under construction: header, family header, then attributes padded to four bytes.
/// Numbers are in host order as netlink wants them; the few in network order say so.
/// </summary>
internal sealed class NetlinkMessage
{
    internal const int HeaderSize = 16;
    private const int SequenceOffset = 8;

    private byte[] _buffer = new byte[256];
    private int _length = HeaderSize;

    internal NetlinkMessage(ushort type, NetlinkFlags flags)
    {
        MemoryMarshal.Write(_buffer.AsSpan(4), type);
        MemoryMarshal.Write(_buffer.AsSpan(6), (ushort)(flags | NetlinkFlags.Request));
    }

    /// <summary>The finished message; the sequence number is the only thing that may differ between two calls.</summary>
    internal ReadOnlySpan<byte> Finish(uint sequence)
    {
        MemoryMarshal.Write(_buffer, (uint)_length);
        MemoryMarshal.Write(_buffer.AsSpan(SequenceOffset), sequence);
        return _buffer.AsSpan(0, _length);
    }

    /// <summary><c>struct ifinfomsg</c>.</summary>
    internal NetlinkMessage LinkHeader(int index = 0, uint flags = 0, uint change = 0, byte family = 0) =>
        U8(family).U8(0).U16(0).U32((uint)index).U32(flags).U32(change);

    /// <summary><c>struct ifaddrmsg</c>.</summary>
    internal NetlinkMessage AddressHeader(int index = 0, byte prefixLength = 0, byte scope = RouteScope.Universe) =>
        U8((byte)AddressFamily.InterNetwork).U8(prefixLength).U8(0).U8(scope).U32((uint)index);

    /// <summary><c>struct rtmsg</c>.</summary>
    internal NetlinkMessage RouteHeader(byte prefixLength = 0, byte protocol = 0, byte scope = RouteScope.Universe, byte type = 0, uint flags = 0, byte table = 254) =>
        U8((byte)AddressFamily.InterNetwork).U8(prefixLength).U8(0).U8(0).U8(table).U8(protocol).U8(scope).U8(type).U32(flags);

    /// <summary><c>struct ndmsg</c>.</summary>
    internal NetlinkMessage NeighbourHeader(byte family, int index = 0, ushort state = 0, byte flags = 0) =>
        U8(family).U8(0).U16(0).U32((uint)index).U16(state).U8(flags).U8(0);

    /// <summary><c>struct nfgenmsg</c>.</summary>
    internal NetlinkMessage NetfilterHeader(byte family) => U8(family).U8(0).U16(0);

    internal NetlinkMessage Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        U16((ushort)(4 + value.Length)).U16(type);
        value.CopyTo(Take(value.Length));
        return Pad();
    }

    internal NetlinkMessage Attribute(ushort type, byte value) => Attribute(type, [value]);

    internal NetlinkMessage Attribute(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        MemoryMarshal.Write(bytes, value);
        return Attribute(type, bytes);
    }

    internal NetlinkMessage Attribute(ushort type, int value) => Attribute(type, (uint)value);

    internal NetlinkMessage NetworkOrderAttribute(ushort type, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return Attribute(type, bytes);
    }

    internal NetlinkMessage Attribute(ushort type, string value)
    {
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(value.Length) + 1];
        var written = Encoding.UTF8.GetBytes(value, bytes);
        bytes[written] = 0;
        return Attribute(type, bytes[..(written + 1)]);
    }

    internal NetlinkMessage Attribute(ushort type, IPAddress value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, out var written);
        return Attribute(type, bytes[..written]);
    }

    /// <summary>An attribute that holds whatever <paramref name="content"/> adds.</summary>
    internal NetlinkMessage Nest(ushort type, Action<NetlinkMessage> content)
    {
        var start = _length;
        U16(0).U16(type);
        content(this);
        MemoryMarshal.Write(_buffer.AsSpan(start), (ushort)(_length - start));
        return this;
    }

    internal NetlinkMessage U8(byte value)
    {
        Take(1)[0] = value;
        return this;
    }

    internal NetlinkMessage U16(ushort value)
    {
        MemoryMarshal.Write(Take(2), value);
        return this;
    }

    internal NetlinkMessage U32(uint value)
    {
        MemoryMarshal.Write(Take(4), value);
        return this;
    }

    private NetlinkMessage Pad()
    {
        var aligned = (_length + 3) & ~3;
        Take(aligned - _length).Clear();
        return this;
    }

    private Span<byte> Take(int size)
    {
        if (_length + size > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + size));
        var span = _buffer.AsSpan(_length, size);
        _length += size;
        return span;
    }
}
