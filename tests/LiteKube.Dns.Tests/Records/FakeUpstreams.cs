using LiteKube.Dns.Forwarding;
using LiteKube.Dns.Wire;

namespace LiteKube.Dns.Tests.Records;

/// <summary>Answers every question with the same addresses; with none, as if there were no upstream.</summary>
internal sealed class FakeUpstreams(params string[] addresses) : IUpstreams
{
    public ValueTask<byte[]?> AskAsync(ReadOnlyMemory<byte> request, DnsQuery query, CancellationToken cancellationToken) =>
        ValueTask.FromResult(addresses.Length == 0 ? null : TestMessages.Answer(request.Span, 60, addresses));
}
