using System.Buffers.Binary;
using System.Net;
using System.Text;
using LiteKube.Dns.Wire;

namespace LiteKube.Dns.Tests;

/// <summary>Builds requests and reads answers octet by octet, independently of the code under test where it matters.</summary>
internal static class TestMessages
{
    internal static byte[] Query(string name, ushort type, ushort id = 0x1234, int? edns = null, byte ednsVersion = 0)
    {
        var bytes = new List<byte>();
        U16(bytes, id);
        U16(bytes, 0x0100);
        U16(bytes, 1);
        U16(bytes, 0);
        U16(bytes, 0);
        U16(bytes, (ushort)(edns is null ? 0 : 1));
        bytes.AddRange(Name(name));
        U16(bytes, type);
        U16(bytes, 1);
        if (edns is { } size)
            bytes.AddRange([0, 0, 41, (byte)(size >> 8), (byte)size, 0, ednsVersion, 0, 0, 0, 0]);
        return [.. bytes];
    }

    internal static byte[] Name(string name)
    {
        var bytes = new List<byte>();
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.ASCII.GetBytes(label));
        }

        bytes.Add(0);
        return [.. bytes];
    }

    /// <summary>An answer with A records to a request, as an upstream would send it.</summary>
    internal static byte[] Answer(ReadOnlySpan<byte> request, uint ttl, params string[] addresses)
    {
        DnsQuery.TryRead(request, out var query, out _);
        var bytes = request[..query.QuestionEnd].ToArray().ToList();
        bytes[2] = 0x81;
        bytes[3] = 0x80;
        bytes[7] = (byte)addresses.Length;
        (bytes[6], bytes[10], bytes[11]) = ((byte)(addresses.Length >> 8), 0, 0);
        foreach (var address in addresses)
        {
            bytes.AddRange([0xc0, 12, 0, 1, 0, 1]);
            bytes.AddRange([(byte)(ttl >> 24), (byte)(ttl >> 16), (byte)(ttl >> 8), (byte)ttl, 0, 4]);
            bytes.AddRange(IPAddress.Parse(address).GetAddressBytes());
        }

        return [.. bytes];
    }

    internal static ParsedAnswer Parse(ReadOnlySpan<byte> message)
    {
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        var reader = new DnsReader(message);
        Assert.True(reader.TryReadQuestion(out var question));
        var sections = new List<string>[] { [], [], [] };
        for (var section = 0; section < 3; section++)
        {
            var count = BinaryPrimitives.ReadUInt16BigEndian(message[(6 + 2 * section)..]);
            for (var i = 0; i < count; i++)
            {
                Assert.True(reader.TryReadRecord(out var record));
                sections[section].Add(Text(message, record));
            }
        }

        Assert.Equal(message.Length, reader.Position);
        return new ParsedAnswer(BinaryPrimitives.ReadUInt16BigEndian(message), flags & 0xf, (flags & 0x0200) != 0, (flags & 0x0400) != 0, question.Name, sections[0], sections[1], sections[2]);
    }

    private static string Text(ReadOnlySpan<byte> message, DnsRecordHeader record)
    {
        var data = message.Slice(record.DataOffset, record.DataLength);
        return record.Type switch
        {
            DnsType.A or DnsType.Aaaa => $"{record.Name} {record.Ttl} {(record.Type == DnsType.A ? "A" : "AAAA")} {new IPAddress(data)}",
            DnsType.Cname => $"{record.Name} {record.Ttl} CNAME {NameAt(message, record.DataOffset)}",
            DnsType.Ptr => $"{record.Name} {record.Ttl} PTR {NameAt(message, record.DataOffset)}",
            DnsType.Ns => $"{record.Name} {record.Ttl} NS {NameAt(message, record.DataOffset)}",
            DnsType.Srv => $"{record.Name} {record.Ttl} SRV {BinaryPrimitives.ReadUInt16BigEndian(data)} {BinaryPrimitives.ReadUInt16BigEndian(data[2..])} {BinaryPrimitives.ReadUInt16BigEndian(data[4..])} {NameAt(message, record.DataOffset + 6)}",
            DnsType.Txt => $"{record.Name} {record.Ttl} TXT {Encoding.ASCII.GetString(data[1..])}",
            DnsType.Soa => $"{record.Name} {record.Ttl} SOA",
            DnsType.Opt => $"OPT {record.Class} {record.Ttl}",
            _ => $"{record.Name} {record.Type}",
        };
    }

    private static string NameAt(ReadOnlySpan<byte> message, int offset)
    {
        var reader = new DnsReader(message, offset);
        Assert.True(reader.TryReadName(out var name));
        return name;
    }

    private static void U16(List<byte> bytes, ushort value) => bytes.AddRange([(byte)(value >> 8), (byte)value]);
}

internal sealed record ParsedAnswer(ushort Id, int Code, bool IsTruncated, bool IsAuthoritative, string Question, List<string> Answers, List<string> Authority, List<string> Additional);
