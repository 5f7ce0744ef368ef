using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace LiteKube.Node.Server;

/// <summary>The hand-over of an HTTP/1.1 connection to SPDY/3.1, with the sub-protocol agreed on by X-Stream-Protocol-Version.</summary>
internal static class SpdyUpgrade
{
    private const string ProtocolHeader = "X-Stream-Protocol-Version";
    private const string AcceptedHeader = "X-Accepted-Stream-Protocol-Versions";

    public static bool IsRequested(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } && string.Equals(context.Request.Headers.Upgrade.ToString(), "SPDY/3.1", StringComparison.OrdinalIgnoreCase);

    /// <summary>What the client speaks, best first; it may be spread over several headers.</summary>
    public static string[] OfferedProtocols(HttpContext context) =>
        context.Request.Headers[ProtocolHeader].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <param name="protocol">Empty where the client named none.</param>
    public static Task<Stream> AcceptAsync(HttpContext context, string protocol)
    {
        context.Response.Headers.Upgrade = "SPDY/3.1";
        if (protocol.Length > 0)
            context.Response.Headers[ProtocolHeader] = protocol;
        return context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    public static Task RefuseAsync(HttpContext context, IEnumerable<string> offered, IEnumerable<string> known)
    {
        var accepted = known.ToArray();
        context.Response.Headers[AcceptedHeader] = new StringValues(accepted);
        return new Refusal(StatusCodes.Status403Forbidden, $"unable to upgrade: unable to negotiate protocol: client supports [{string.Join(' ', offered)}], server accepts [{string.Join(' ', accepted)}]")
            .WriteAsync(context.Response, context.RequestAborted);
    }
}
