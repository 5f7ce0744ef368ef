using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Streaming;

/// <summary>Which headers go on to a backend and which come back from it.</summary>
internal static class ForwardedHeaders
{
    private static readonly HashSet<string> s_hopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    /// <summary>The caller's headers without what was meant for this server: hop-by-hop ones, its credentials and whom it speaks for.</summary>
    public static IEnumerable<KeyValuePair<string, string>> ToBackend(HttpContext context, bool upgrade)
    {
        foreach (var (name, values) in context.Request.Headers)
        {
            if (name.StartsWith(':') || name.Equals("Host", StringComparison.OrdinalIgnoreCase) || name.Equals("Authorization", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase))
                continue;
            if (s_hopByHop.Contains(name) && !(upgrade && (name.Equals("Connection", StringComparison.OrdinalIgnoreCase) || name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase))))
                continue;
            foreach (var value in values)
            {
                // A browser's or client's bearer token may also travel as a WebSocket sub-protocol.
                if (value is not null && !(name.Equals("Sec-WebSocket-Protocol", StringComparison.OrdinalIgnoreCase) && value.StartsWith("base64url.bearer.authorization.k8s.io.", StringComparison.Ordinal)))
                    yield return KeyValuePair.Create(name, value);
            }
        }
    }

    public static IEnumerable<KeyValuePair<string, string>> Forwarding(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is { } remote)
            yield return KeyValuePair.Create("X-Forwarded-For", (remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote).ToString());
        yield return KeyValuePair.Create("X-Forwarded-Uri", context.Request.Path.Value ?? "/");
        yield return KeyValuePair.Create("X-Forwarded-Host", context.Request.Host.Value ?? "");
        yield return KeyValuePair.Create("X-Forwarded-Proto", "https");
    }

    public static bool IsHopByHop(string name) => s_hopByHop.Contains(name);

    public static bool WantsUpgrade(HttpRequest request) =>
        request.Headers.Connection.ToString().Contains("upgrade", StringComparison.OrdinalIgnoreCase) && request.Headers.Upgrade.Count > 0;
}
