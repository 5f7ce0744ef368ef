using LiteKube.Api;

namespace LiteKube.ApiServer.Streaming;

/// <summary><c>[scheme:]name[:port]</c>, as the proxies name what they lead to.</summary>
internal sealed record ProxyTarget(string Scheme, string Name, string Port)
{
    public bool Tls => Scheme == "https";

    public static ProxyTarget Parse(string text)
    {
        var parts = text.Split(':');
        var target = parts.Length switch
        {
            1 => new ProxyTarget("", parts[0], ""),
            2 => new ProxyTarget("", parts[0], parts[1]),
            3 => new ProxyTarget(parts[0], parts[1], parts[2]),
            _ => null,
        };
        return target is { Scheme: "" or "http" or "https", Name.Length: > 0 }
            ? target
            : throw new ApiException(StatusReason.BadRequest, $"invalid proxy request \"{text}\": want [scheme:]name[:port]");
    }
}
