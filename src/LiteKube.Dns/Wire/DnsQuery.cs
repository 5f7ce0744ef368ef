using System.Buffers.Binary;

namespace LiteKube.Dns.Wire;

/// <summary>A request as received: one question, and what the client says about itself.</summary>
/// <param name="QuestionEnd">Where the question ends in the message; it starts after the header. Copied into the answer as it is, so letter case survives.</param>
/// <param name="MaxUdpSize">What the client can take in one datagram.</param>
internal readonly record struct DnsQuery(ushort Id, DnsFlags Flags, DnsQuestion Question, int QuestionEnd, bool HasEdns, byte EdnsVersion, bool WantsDnssec, int MaxUdpSize)
{
    internal const int ClassicUdpSize = 512;

    /// <summary>Fits every path without fragments (https://dnsflagday.net/2020/).</summary>
    internal const int LargestUdpSize = 1232;

    internal bool IsStandard => (Flags & DnsFlags.OpcodeMask) == 0;

    /// <summary>
    /// Reads a request. False with no id where nothing can be answered: too short, or itself a response.
    /// False with an id where FORMERR is due.
    /// </summary>
    internal static bool TryRead(ReadOnlySpan<byte> message, out DnsQuery query, out ushort? id)
    {
        query = default;
        id = null;
        if (message.Length < DnsReader.HeaderSize)
            return false;
        var flags = (DnsFlags)BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if ((flags & DnsFlags.Response) != 0)
            return false;
        id = BinaryPrimitives.ReadUInt16BigEndian(message);
        var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        var others = BinaryPrimitives.ReadUInt16BigEndian(message[6..]) + BinaryPrimitives.ReadUInt16BigEndian(message[8..]);
        var additional = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        var reader = new DnsReader(message);
        if (questions != 1 || others != 0 || !reader.TryReadQuestion(out var question))
            return false;
        var questionEnd = reader.Position;
        bool hasEdns = false, dnssec = false;
        byte version = 0;
        var size = ClassicUdpSize;
        for (var i = 0; i < additional; i++)
        {
            if (!reader.TryReadRecord(out var record))
                return false;
            if (record.Type != DnsType.Opt)
                continue;
            if (hasEdns)
                return false;
            hasEdns = true;
            size = Math.Clamp((int)record.Class, ClassicUdpSize, LargestUdpSize);
            version = (byte)(record.Ttl >> 16);
            dnssec = (record.Ttl & 0x8000) != 0;
        }

        query = new DnsQuery(id.Value, flags, question, questionEnd, hasEdns, version, dnssec, size);
        return true;
    }
}
