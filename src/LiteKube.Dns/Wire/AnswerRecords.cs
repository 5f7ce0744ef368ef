using System.Buffers.Binary;
using System.Net;

namespace LiteKube.Dns.Wire;

/// <summary>Takes the aliases and addresses out of an upstream's answer, to be written anew.</summary>
internal static class AnswerRecords
{
    internal static List<DnsRecord> Read(ReadOnlySpan<byte> message, ushort type)
    {
        var records = new List<DnsRecord>();
        var reader = new DnsReader(message);
        if (!reader.TryReadQuestion(out _))
            return records;
        var count = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        for (var i = 0; i < count && reader.TryReadRecord(out var header); i++)
        {
            if (header.Type == type && header.DataLength == (type == DnsType.A ? 4 : 16))
            {
                records.Add(DnsRecord.Host(header.Name, new IPAddress(message.Slice(header.DataOffset, header.DataLength))));
            }
            else if (header.Type == DnsType.Cname)
            {
                var target = new DnsReader(message, header.DataOffset);
                if (target.TryReadName(out var name) && !name.Contains('\\'))
                    records.Add(DnsRecord.Cname(header.Name, name));
            }
        }

        records.RemoveAll(record => record.Name.Contains('\\'));
        return records;
    }
}
