using System.Collections.Concurrent;
using System.Net;

namespace LiteKube.Dns.Forwarding;

/// <summary>
/// Which upstreams were silent lately. They are asked last, and while all are silent only one question at a time tries them:
/// on a machine cut off from its resolvers every other question fails at once instead of hanging.
/// </summary>
internal sealed class UpstreamHealth(TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<IPEndPoint, long> _silentSince = new();
    private int _probing;

    internal void Answered(IPEndPoint server) => _silentSince.TryRemove(server, out _);

    internal void Silent(IPEndPoint server) => _silentSince[server] = time.GetTimestamp();

    internal IReadOnlyList<IPEndPoint> InOrder(IReadOnlyList<IPEndPoint> servers) =>
        _silentSince.IsEmpty ? servers : [.. servers.OrderBy(IsSilent)];

    internal bool AreAllSilent(IReadOnlyList<IPEndPoint> servers) => !_silentSince.IsEmpty && servers.All(IsSilent);

    /// <summary>True for the one that may try while all are silent; it must call <see cref="EndProbe"/>.</summary>
    internal bool TryBeginProbe() => Interlocked.CompareExchange(ref _probing, 1, 0) == 0;

    internal void EndProbe() => Volatile.Write(ref _probing, 0);

    private bool IsSilent(IPEndPoint server) => _silentSince.TryGetValue(server, out var since) && time.GetElapsedTime(since) < s_pause;
}
