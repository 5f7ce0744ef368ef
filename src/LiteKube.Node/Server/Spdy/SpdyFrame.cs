using System.Buffers.Binary;

namespace LiteKube.Node.Server.Spdy;

internal enum SpdyFrameType
{
    SynStream = 1,
    SynReply = 2,
    RstStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    Headers = 8,
    WindowUpdate = 9,
}

internal enum SpdyResetStatus
{
    ProtocolError = 1,
    InvalidStream = 2,
    RefusedStream = 3,
    Cancel = 5,
    InternalError = 6,
}

/// <summary>The eight bytes before every frame, and frames of fixed size.</summary>
internal static class SpdyFrame
{
    public const int HeaderSize = 8;
    public const byte Fin = 1;
    public const byte Unidirectional = 2;
    private const ushort ControlVersion3 = 0x8003;

    public static bool IsControl(ReadOnlySpan<byte> header) => (header[0] & 0x80) != 0;

    public static int VersionOf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt16BigEndian(header) & 0x7FFF;

    public static SpdyFrameType TypeOf(ReadOnlySpan<byte> header) => (SpdyFrameType)BinaryPrimitives.ReadUInt16BigEndian(header[2..]);

    public static int StreamOf(ReadOnlySpan<byte> bytes) => (int)(BinaryPrimitives.ReadUInt32BigEndian(bytes) & 0x7FFFFFFF);

    public static byte FlagsOf(ReadOnlySpan<byte> header) => header[4];

    public static int LengthOf(ReadOnlySpan<byte> header) => (header[5] << 16) | (header[6] << 8) | header[7];

    public static void WriteDataHeader(Span<byte> target, int stream, bool fin, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, stream);
        BinaryPrimitives.WriteInt32BigEndian(target[4..], length);
        target[4] = fin ? Fin : (byte)0;
    }

    public static byte[] Control(SpdyFrameType type, byte flags, ReadOnlySpan<byte> body)
    {
        var frame = new byte[HeaderSize + body.Length];
        BinaryPrimitives.WriteUInt16BigEndian(frame, ControlVersion3);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)type);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), body.Length);
        frame[4] = flags;
        body.CopyTo(frame.AsSpan(HeaderSize));
        return frame;
    }

    public static byte[] Control(SpdyFrameType type, int first, int? second = null)
    {
        Span<byte> body = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(body, first);
        BinaryPrimitives.WriteInt32BigEndian(body[4..], second ?? 0);
        return Control(type, 0, body[..(second is null ? 4 : 8)]);
    }
}
