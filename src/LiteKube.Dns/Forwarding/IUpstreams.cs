using LiteKube.Dns.Wire;

namespace LiteKube.Dns.Forwarding;

/// <summary>Names that are not the cluster's.</summary>
internal interface IUpstreams
{
    /// <summary>The answer to a request, whole and for any id; null where nobody could be asked or nobody answered.</summary>
    ValueTask<byte[]?> AskAsync(ReadOnlyMemory<byte> request, DnsQuery query, CancellationToken cancellationToken);
}
