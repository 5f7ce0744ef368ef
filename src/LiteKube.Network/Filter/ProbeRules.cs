using System.Net;
using LiteKube.Network.Proxy;

namespace LiteKube.Network.Filter;

/// <summary>One of everything that rules may use, to try whether tool and kernel know it.</summary>
internal static class ProbeRules
{
    private static readonly Backend s_one = new(IPAddress.Parse("192.0.2.1"), 1);
    private static readonly Backend s_two = new(IPAddress.Parse("192.0.2.2"), 2);

    internal static PacketRules All { get; } = new(
        [
            new ServiceRoute("probe", "balanced", "tcp", 1, IPAddress.Parse("192.0.2.3")) { Endpoints = [s_one, s_two], LocalEndpoints = [s_one], NodePort = 1, ExternalLocal = true },
            new ServiceRoute("probe", "sticky", "udp", 1, IPAddress.Parse("192.0.2.4")) { Endpoints = [s_one, s_two], AffinitySeconds = 10 },
            new ServiceRoute("probe", "empty", "sctp", 1, IPAddress.Parse("192.0.2.5")),
        ],
        [new HostPortRoute(null, "tcp", 2, s_one)]);
}
