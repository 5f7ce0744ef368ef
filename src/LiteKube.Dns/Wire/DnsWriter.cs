using System.Buffers.Binary;
using System.Text;

namespace LiteKube.Dns.Wire;

/// <summary>
/// Writes an answer into a buffer. Names are compressed against those written before. Where the buffer is too small <see cref="IsFull"/> is set
/// and the rest is dropped; the caller then sends a truncated answer.
/// </summary>
internal ref struct DnsWriter(Span<byte> buffer, uint ttl)
{
    private const ushort PointerBits = 0xc000;
    private const int MaxPointer = 0x3fff;
    private const uint SerialOfZone = 1;

    private readonly Span<byte> _buffer = buffer;
    private Dictionary<string, int>? _names;

    internal int Length { get; private set; }

    internal bool IsFull { get; private set; }

    /// <summary>Header and the question as the client wrote it.</summary>
    internal void Begin(ReadOnlySpan<byte> request, in DnsQuery query, DnsFlags flags, DnsResponseCode code)
    {
        Length = query.QuestionEnd;
        request[..Length].CopyTo(_buffer);
        var kept = query.Flags & (DnsFlags.RecursionDesired | DnsFlags.CheckingDisabled | DnsFlags.OpcodeMask);
        SetU16(2, (ushort)(DnsFlags.Response | DnsFlags.RecursionAvailable | kept | flags | (DnsFlags)((int)code & 0xf)));
        SetU16(4, 1);
        _buffer[6..12].Clear();
        RememberQuestion(query.Question.Name);
    }

    internal void Answer(in DnsRecord record) => Record(record, 6);

    internal void Authority(in DnsRecord record) => Record(record, 8);

    internal void Additional(in DnsRecord record) => Record(record, 10);

    private void Record(in DnsRecord record, int counter)
    {
        var start = Length;
        Name(record.Name);
        U16(record.Type);
        U16(DnsQuestion.Internet);
        U32(ttl);
        var lengthAt = Length;
        U16(0);
        Data(record);
        if (IsFull)
        {
            Length = start;
            return;
        }

        SetU16(lengthAt, (ushort)(Length - lengthAt - 2));
        Count(counter);
    }

    private void Data(in DnsRecord record)
    {
        switch (record.Type)
        {
            case DnsType.A or DnsType.Aaaa:
                var size = record.Type == DnsType.A ? 4 : 16;
                if (Fits(size))
                    record.Address!.TryWriteBytes(_buffer[Length..], out _);
                Length += IsFull ? 0 : size;
                break;
            case DnsType.Srv:
                U16(0);
                U16(record.Weight);
                U16(record.Port);
                // RFC 2782: the target is never compressed.
                Name(record.Target, compress: false);
                break;
            case DnsType.Txt:
                U8((byte)record.Target.Length);
                if (Fits(record.Target.Length))
                    Length += Encoding.ASCII.GetBytes(record.Target, _buffer[Length..]);
                break;
            case DnsType.Soa:
                Name("ns.dns." + record.Name);
                Name("hostmaster." + record.Name);
                U32(SerialOfZone);
                U32(7200);
                U32(1800);
                U32(86400);
                // How long a "does not exist" may be kept.
                U32(ttl);
                break;
            default:
                Name(record.Target);
                break;
        }
    }

    private void Name(string name, bool compress = true)
    {
        while (name.Length > 0)
        {
            if (compress && _names is not null && _names.TryGetValue(name, out var offset))
            {
                U16((ushort)(PointerBits | offset));
                return;
            }

            // Its tails follow as they are written, each by itself: they are not in the message yet.
            if (compress && Length <= MaxPointer && !IsFull)
                (_names ??= new Dictionary<string, int>(8, StringComparer.Ordinal)).TryAdd(name, Length);
            var dot = name.IndexOf('.');
            var label = dot < 0 ? name.AsSpan() : name.AsSpan(0, dot);
            U8((byte)label.Length);
            if (Fits(label.Length))
                Length += Encoding.ASCII.GetBytes(label, _buffer[Length..]);
            name = dot < 0 ? "" : name[(dot + 1)..];
        }

        U8(0);
    }

    private void RememberQuestion(string name)
    {
        // An escaped octet takes four characters here but one in the message: such names are not referred to.
        if (name.Contains('\\'))
            return;
        _names = new Dictionary<string, int>(8, StringComparer.Ordinal);
        for (var offset = DnsReader.HeaderSize; name.Length > 0;)
        {
            _names.TryAdd(name, offset);
            var dot = name.IndexOf('.');
            if (dot < 0)
                return;
            offset += dot + 1;
            name = name[(dot + 1)..];
        }
    }

    private bool Fits(int size)
    {
        IsFull |= Length + size > _buffer.Length;
        return !IsFull;
    }

    private void U8(byte value)
    {
        if (Fits(1))
            _buffer[Length++] = value;
    }

    private void U16(ushort value)
    {
        if (!Fits(2))
            return;
        SetU16(Length, value);
        Length += 2;
    }

    private void U32(uint value)
    {
        if (!Fits(4))
            return;
        BinaryPrimitives.WriteUInt32BigEndian(_buffer[Length..], value);
        Length += 4;
    }

    private readonly void Count(int position) => SetU16(position, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(_buffer[position..]) + 1));

    private readonly void SetU16(int position, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(_buffer[position..], value);
}
