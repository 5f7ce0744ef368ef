using System.Buffers.Binary;

namespace LiteKube.Dns.Wire;

/// <summary>
/// Reads names and records of a message that may be hostile. Nothing is trusted: every length is checked, a compression pointer may only lead backwards,
/// and a name ends at 255 octets, so reading is bounded whatever the message says.
/// </summary>
internal ref struct DnsReader(ReadOnlySpan<byte> message, int position = DnsReader.HeaderSize)
{
    internal const int HeaderSize = 12;
    private const int MaxName = 255;

    private readonly ReadOnlySpan<byte> _message = message;

    internal int Position { get; private set; } = position;

    internal bool TryReadQuestion(out DnsQuestion question)
    {
        question = default;
        if (!TryReadName(out var name) || Position + 4 > _message.Length)
            return false;
        question = new DnsQuestion(name, U16(Position), U16(Position + 2));
        Position += 4;
        return true;
    }

    internal bool TryReadRecord(out DnsRecordHeader record)
    {
        record = default;
        if (!TryReadName(out var name) || Position + 10 > _message.Length)
            return false;
        var length = U16(Position + 8);
        var data = Position + 10;
        if (data + length > _message.Length)
            return false;
        record = new DnsRecordHeader(name, U16(Position), U16(Position + 2), BinaryPrimitives.ReadUInt32BigEndian(_message[(Position + 4)..]), Position + 4, data, length);
        Position = data + length;
        return true;
    }

    /// <summary>Lower case, dots between labels, none at the end. A dot or control character inside a label is escaped, so it matches no real name.</summary>
    internal bool TryReadName(out string name)
    {
        name = "";
        Span<char> text = stackalloc char[MaxName * 4];
        int length = 0, octets = 0, at = Position, limit = Position;
        var jumped = false;
        while (true)
        {
            if (at >= _message.Length)
                return false;
            var size = _message[at];
            if ((size & 0xc0) == 0xc0)
            {
                if (at + 1 >= _message.Length)
                    return false;
                var target = ((size & 0x3f) << 8) | _message[at + 1];
                // Strictly backwards from where this run of labels began: no loops.
                if (target >= limit || target < HeaderSize)
                    return false;
                if (!jumped)
                    Position = at + 2;
                jumped = true;
                limit = at = target;
                continue;
            }

            if (size > 63)
                return false;
            at++;
            octets += size + 1;
            if (octets > MaxName)
                return false;
            if (size == 0)
                break;
            if (at + size > _message.Length)
                return false;
            if (length > 0)
                text[length++] = '.';
            foreach (var octet in _message.Slice(at, size))
                length += Append(text[length..], octet);
            at += size;
        }

        if (!jumped)
            Position = at;
        name = new string(text[..length]);
        return true;
    }

    private static int Append(Span<char> text, byte octet)
    {
        if (octet is > 0x20 and < 0x7f and not (byte)'.' and not (byte)'\\')
        {
            text[0] = (char)(octet is >= (byte)'A' and <= (byte)'Z' ? octet | 0x20 : octet);
            return 1;
        }

        text[0] = '\\';
        text[1] = (char)('0' + octet / 100);
        text[2] = (char)('0' + octet / 10 % 10);
        text[3] = (char)('0' + octet % 10);
        return 4;
    }

    private readonly ushort U16(int position) => BinaryPrimitives.ReadUInt16BigEndian(_message[position..]);
}
