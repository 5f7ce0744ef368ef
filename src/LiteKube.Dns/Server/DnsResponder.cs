using System.Buffers.Binary;
using LiteKube.Dns.Forwarding;
using LiteKube.Dns.Records;
using LiteKube.Dns.Wire;

namespace LiteKube.Dns.Server;

/// <summary>Requests to answers, whatever they travel by. Names of the cluster are answered without waiting; others wait for an upstream.</summary>
internal sealed class DnsResponder(DnsOptions options, ClusterZone zone, IUpstreams upstreams)
{
    internal const int MaxMessage = ushort.MaxValue;
    private const int EdnsSize = 11;

    /// <summary>
    /// The length of the answer in <paramref name="buffer"/>, 0 where none is due, or null where an upstream must be asked first:
    /// then call <see cref="RespondAsync"/>.
    /// </summary>
    internal int? TryRespond(ReadOnlySpan<byte> request, Span<byte> buffer, bool isUdp)
    {
        if (!DnsQuery.TryRead(request, out var query, out var id))
            return id is null ? 0 : Malformed(request, buffer);
        if (Refusal(query) is { } refusal)
            return Write(request, query, refusal, buffer, isUdp);
        var answer = zone.Answer(query.Question.Name, query.Question.Type);
        return answer is null or { Chase: not null } ? null : Write(request, query, answer, buffer, isUdp);
    }

    /// <summary>Answers a request for which <see cref="TryRespond"/> was null.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> RespondAsync(ReadOnlyMemory<byte> request, bool isUdp, CancellationToken cancellationToken)
    {
        DnsQuery.TryRead(request.Span, out var query, out _);
        var answer = zone.Answer(query.Question.Name, query.Question.Type);
        var buffer = new byte[isUdp ? query.MaxUdpSize : MaxMessage];
        if (answer is not null)
        {
            var chased = answer.Chase is null ? answer : await ChaseAsync(answer, query, cancellationToken).ConfigureAwait(false);
            return buffer.AsMemory(0, Write(request.Span, query, chased, buffer, isUdp));
        }

        var forwarded = await upstreams.AskAsync(request, query, cancellationToken).ConfigureAwait(false);
        if (forwarded is null)
            return buffer.AsMemory(0, Write(request.Span, query, ZoneAnswer.NotYet, buffer, isUdp));
        if (isUdp && forwarded.Length > query.MaxUdpSize)
            return buffer.AsMemory(0, Truncated(request.Span, query, DnsFlags.None, buffer));
        // The upstream's answer, under the client's id and with the question as the client wrote it.
        request.Span[..2].CopyTo(forwarded);
        request.Span[DnsReader.HeaderSize..query.QuestionEnd].CopyTo(forwarded.AsSpan(DnsReader.HeaderSize));
        return forwarded;
    }

    private static ZoneAnswer? Refusal(in DnsQuery query)
    {
        if (!query.IsStandard)
            return new ZoneAnswer(DnsResponseCode.NotImplemented, [], []);
        if (query.EdnsVersion != 0)
            return new ZoneAnswer(DnsResponseCode.BadVersion, [], []);
        // Zone transfers (AXFR, IXFR) and other classes.
        return query.Question.Class != DnsQuestion.Internet || query.Question.Type is 251 or 252 ? new ZoneAnswer(DnsResponseCode.Refused, [], []) : null;
    }

    /// <summary>The addresses of an alias's target, from upstream; the alias alone where they cannot be had.</summary>
    private async ValueTask<ZoneAnswer> ChaseAsync(ZoneAnswer answer, DnsQuery query, CancellationToken cancellationToken)
    {
        var type = query.Question.Type == DnsType.Any ? DnsType.A : query.Question.Type;
        var request = Request(answer.Chase!, type);
        DnsQuery.TryRead(request, out var inner, out _);
        var found = await upstreams.AskAsync(request, inner, cancellationToken).ConfigureAwait(false);
        return found is null ? answer : answer with { Records = [.. answer.Records, .. AnswerRecords.Read(found, type)] };
    }

    private static byte[] Request(string name, ushort type)
    {
        var buffer = new byte[300];
        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(2), (ushort)DnsFlags.RecursionDesired);
        buffer[5] = 1;
        var position = DnsReader.HeaderSize;
        foreach (var label in name.Split('.'))
        {
            buffer[position++] = (byte)label.Length;
            position += System.Text.Encoding.ASCII.GetBytes(label, buffer.AsSpan(position));
        }

        position++;
        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(position), type);
        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(position + 2), DnsQuestion.Internet);
        return buffer[..(position + 4)];
    }

    private int Write(ReadOnlySpan<byte> request, in DnsQuery query, ZoneAnswer answer, Span<byte> buffer, bool isUdp)
    {
        var room = Math.Min(buffer.Length, isUdp ? query.MaxUdpSize : MaxMessage) - (query.HasEdns ? EdnsSize : 0);
        var isOwn = answer.Code is DnsResponseCode.NoError or DnsResponseCode.NameError;
        var flags = isOwn ? DnsFlags.Authoritative : DnsFlags.None;
        var writer = new DnsWriter(buffer[..room], (uint)options.Ttl);
        writer.Begin(request, query, flags, answer.Code);
        foreach (var record in answer.Records)
            writer.Answer(record);
        if (writer.IsFull)
            return Truncated(request, query, flags, buffer);
        if (isOwn && answer.Records.Count == 0)
            writer.Authority(DnsRecord.Soa(zone.Domain));
        // Additional records that do not fit are simply left out.
        foreach (var record in answer.Additional)
            writer.Additional(record);
        return query.HasEdns ? WithEdns(buffer, writer.Length, answer.Code) : writer.Length;
    }

    private int Truncated(ReadOnlySpan<byte> request, in DnsQuery query, DnsFlags flags, Span<byte> buffer)
    {
        var writer = new DnsWriter(buffer, (uint)options.Ttl);
        writer.Begin(request, query, flags | DnsFlags.Truncated, DnsResponseCode.NoError);
        return query.HasEdns ? WithEdns(buffer, writer.Length, DnsResponseCode.NoError) : writer.Length;
    }

    /// <summary>Appends the OPT record, for which room was kept.</summary>
    private static int WithEdns(Span<byte> buffer, int length, DnsResponseCode code)
    {
        var opt = buffer.Slice(length, EdnsSize);
        opt.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(opt[1..], DnsType.Opt);
        BinaryPrimitives.WriteUInt16BigEndian(opt[3..], DnsQuery.LargestUdpSize);
        opt[5] = (byte)((int)code >> 4);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[10..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(buffer[10..]) + 1));
        return length + EdnsSize;
    }

    /// <summary>FORMERR with the header alone: what follows it cannot be trusted.</summary>
    private static int Malformed(ReadOnlySpan<byte> request, Span<byte> buffer)
    {
        buffer[..DnsReader.HeaderSize].Clear();
        request[..2].CopyTo(buffer);
        var kept = (DnsFlags)BinaryPrimitives.ReadUInt16BigEndian(request[2..]) & (DnsFlags.OpcodeMask | DnsFlags.RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], (ushort)(DnsFlags.Response | kept | (DnsFlags)DnsResponseCode.FormatError));
        return DnsReader.HeaderSize;
    }
}
