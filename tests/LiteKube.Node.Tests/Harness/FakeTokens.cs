using LiteKube.Api.Authentication.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Volumes;

namespace LiteKube.Node.Tests.Harness;

internal sealed class FakeTokens : ITokenSource
{
    private int _count;

    public int Count => _count;

    public Func<DateTimeOffset> Expiry { get; set; } = () => DateTimeOffset.MaxValue;

    public ValueTask<TokenRequestStatus> RequestAsync(Pod pod, ServiceAccountTokenProjection projection, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new TokenRequestStatus { Token = $"token-{Interlocked.Increment(ref _count)}", ExpirationTimestamp = Expiry() });
}
