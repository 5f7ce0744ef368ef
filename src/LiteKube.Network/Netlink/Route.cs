using System.Net;

namespace LiteKube.Network.Netlink;

/// <summary>An IPv4 route of the main table.</summary>
/// <param name="Protocol">Who made it (rtm_protocol).</param>
/// <param name="OnLink">The gateway is reachable on the link although no address there says so.</param>
internal sealed record Route(IPNetwork Destination, int LinkIndex, IPAddress? Gateway = null, IPAddress? Source = null, byte Protocol = Route.Boot, bool OnLink = false)
{
    internal const byte Boot = 3;

    /// <summary>Marks routes as LiteKube's own, so that a restart and cleanup find exactly those.</summary>
    internal const byte LiteKube = 76;
}
