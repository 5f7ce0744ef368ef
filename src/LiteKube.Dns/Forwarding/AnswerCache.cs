using System.Buffers.Binary;
using LiteKube.Dns.Wire;

namespace LiteKube.Dns.Forwarding;

/// <summary>
/// Upstream answers, for as long as their records allow but half a minute at most. Bounded by count and by size of an answer; when full, what ends first goes first.
/// </summary>
internal sealed class AnswerCache(int capacity, TimeProvider time)
{
    private const uint MaxTtl = 30;
    private const int MaxAnswer = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Entry> _entries = [];
    private readonly PriorityQueue<Key, long> _byEnd = new();

    /// <summary>A copy with the age taken off its TTLs, or null.</summary>
    internal byte[]? Get(in DnsQuery query)
    {
        Entry? entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(KeyOf(query), out entry))
                return null;
        }

        var age = (uint)time.GetElapsedTime(entry.Stored).TotalSeconds;
        if (age >= entry.Ttl)
            return null;
        var copy = entry.Message.ToArray();
        foreach (var offset in entry.TtlOffsets)
        {
            var ttl = BinaryPrimitives.ReadUInt32BigEndian(copy.AsSpan(offset));
            BinaryPrimitives.WriteUInt32BigEndian(copy.AsSpan(offset), ttl > age ? ttl - age : 0);
        }

        return copy;
    }

    internal void Put(in DnsQuery query, byte[] answer)
    {
        if (capacity == 0 || answer.Length > MaxAnswer || Measure(answer) is not { } measured || measured.Ttl == 0)
            return;
        var key = KeyOf(query);
        var now = time.GetTimestamp();
        lock (_gate)
        {
            while (_entries.Count >= capacity && !_entries.ContainsKey(key) && _byEnd.TryDequeue(out var oldest, out _))
                _entries.Remove(oldest);
            // One place in the queue for each key: when it comes up early for a renewed entry, that entry goes early, which is harmless.
            if (!_entries.ContainsKey(key))
                _byEnd.Enqueue(key, now + measured.Ttl * time.TimestampFrequency);
            _entries[key] = new Entry(answer, now, measured.Ttl, measured.Offsets);
        }
    }

    /// <summary>The shortest TTL of an answer, and where its TTLs are. Null for what must not be kept.</summary>
    private static (uint Ttl, int[] Offsets)? Measure(ReadOnlySpan<byte> answer)
    {
        var flags = (DnsFlags)BinaryPrimitives.ReadUInt16BigEndian(answer[2..]);
        var code = (DnsResponseCode)(flags & DnsFlags.ResponseCodeMask);
        if ((flags & DnsFlags.Truncated) != 0 || code is not (DnsResponseCode.NoError or DnsResponseCode.NameError))
            return null;
        var answers = BinaryPrimitives.ReadUInt16BigEndian(answer[6..]);
        var records = answers + BinaryPrimitives.ReadUInt16BigEndian(answer[8..]) + BinaryPrimitives.ReadUInt16BigEndian(answer[10..]);
        var reader = new DnsReader(answer);
        if (!reader.TryReadQuestion(out _))
            return null;
        var ttl = MaxTtl;
        var hasSoa = false;
        var offsets = new List<int>();
        for (var i = 0; i < records; i++)
        {
            if (!reader.TryReadRecord(out var record))
                return null;
            if (record.Type == DnsType.Opt)
                continue;
            offsets.Add(record.TtlOffset);
            ttl = Math.Min(ttl, record.Ttl);
            if (record.Type != DnsType.Soa || record.DataLength < 20)
                continue;
            // RFC 2308: the last field of the SOA bounds how long "does not exist" holds.
            hasSoa = true;
            if (answers == 0)
                ttl = Math.Min(ttl, BinaryPrimitives.ReadUInt32BigEndian(answer[(record.DataOffset + record.DataLength - 4)..]));
        }

        return answers == 0 && !hasSoa ? null : (ttl, offsets.ToArray());
    }

    private static Key KeyOf(in DnsQuery query) => new(query.Question, query.WantsDnssec, (query.Flags & DnsFlags.CheckingDisabled) != 0);

    private readonly record struct Key(DnsQuestion Question, bool Dnssec, bool CheckingDisabled);

    private sealed record Entry(byte[] Message, long Stored, uint Ttl, int[] TtlOffsets);
}
