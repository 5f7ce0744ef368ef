using System.Text;
using LiteKube.Api;
using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Volumes;

/// <summary>The tokens of one pod's projected volumes, renewed when four fifths of their life are over, or after a day.</summary>
internal sealed class PodTokens(ITokenSource source, TimeProvider time)
{
    private static readonly TimeSpan s_maxAge = TimeSpan.FromHours(24);
    private readonly Dictionary<ServiceAccountTokenProjection, Entry> _entries = [];

    /// <summary>When the first of them wants to be renewed.</summary>
    public DateTimeOffset? NextRenewal => _entries.Count == 0 ? null : _entries.Values.Min(e => e.RenewAt);

    /// <exception cref="VolumeException">The server gives none, and there is no valid one.</exception>
    public async ValueTask<byte[]> GetAsync(Pod pod, ServiceAccountTokenProjection projection, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        _entries.TryGetValue(projection, out var known);
        if (known is not null && now < known.RenewAt)
            return known.Token;
        try
        {
            var status = await source.RequestAsync(pod, projection, cancellationToken).ConfigureAwait(false);
            var expiry = status.ExpirationTimestamp ?? now + TimeSpan.FromSeconds(projection.ExpirationSeconds ?? 3600);
            var age = (expiry - now) * 0.8;
            var fresh = new Entry(Encoding.UTF8.GetBytes(status.Token ?? ""), now + (age < s_maxAge ? age : s_maxAge), expiry);
            _entries[projection] = fresh;
            return fresh.Token;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            if (known is null || now >= known.Expiry)
                throw new VolumeException($"failed to fetch token: {e.Message}", e);

            // The old one is good for a while; ask again soon.
            _entries[projection] = known with { RenewAt = now + TimeSpan.FromMinutes(1) };
            return known.Token;
        }
    }

    private sealed record Entry(byte[] Token, DateTimeOffset RenewAt, DateTimeOffset Expiry);
}
