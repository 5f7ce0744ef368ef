using LiteKube.Dns.Wire;

namespace LiteKube.Dns.Records;

/// <summary>What the cluster's zone says to a question.</summary>
/// <param name="Chase">A name outside the zone whose addresses belong to the answer as well (after a CNAME).</param>
internal sealed record ZoneAnswer(DnsResponseCode Code, IReadOnlyList<DnsRecord> Records, IReadOnlyList<DnsRecord> Additional, string? Chase = null)
{
    /// <summary>The name exists, but has nothing of this type.</summary>
    internal static ZoneAnswer NoData { get; } = new(DnsResponseCode.NoError, [], []);

    internal static ZoneAnswer NoSuchName { get; } = new(DnsResponseCode.NameError, [], []);

    internal static ZoneAnswer NotYet { get; } = new(DnsResponseCode.ServerFailure, [], []);

    internal static ZoneAnswer Of(IReadOnlyList<DnsRecord> records) => new(DnsResponseCode.NoError, records, []);
}
