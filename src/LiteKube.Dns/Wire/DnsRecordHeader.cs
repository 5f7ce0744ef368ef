namespace LiteKube.Dns.Wire;

/// <summary>A record as it lies in a message.</summary>
internal readonly record struct DnsRecordHeader(string Name, ushort Type, ushort Class, uint Ttl, int TtlOffset, int DataOffset, int DataLength);
