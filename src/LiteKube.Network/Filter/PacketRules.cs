using System.Collections.Immutable;
using LiteKube.Network.Ipam;
using LiteKube.Network.Proxy;

namespace LiteKube.Network.Filter;

/// <summary>All that the node's packet rules are made of, at one moment.</summary>
internal sealed record PacketRules(ImmutableArray<ServiceRoute> Routes, ImmutableArray<HostPortRoute> HostPorts)
{
    internal static PacketRules Empty { get; } = new([], []);

    /// <summary>Mark of packets to be masqueraded on their way out.</summary>
    internal const int MasqueradeMark = 0x4000;

    /// <summary>
    /// Those who may meet themselves through a service or host port: the answer must come back through the host, so the host's address is put in.
    /// Endpoints of every node, since those of slices made by hand need not say which node they are on.
    /// </summary>
    internal IEnumerable<string> HairpinAddresses() =>
        Routes.SelectMany(route => route.Endpoints.Concat(route.LocalEndpoints).Select(endpoint => endpoint.Address.ToString()))
            .Concat(HostPorts.Select(port => port.Backend.Address.ToString()))
            .Distinct().Order(StringComparer.Ordinal);

    internal static ImmutableArray<HostPortRoute> HostPortsOf(IEnumerable<PodAttachment> pods) =>
        [.. from pod in pods
            from port in pod.HostPorts
            select HostPortRoute.Of(pod, port) into route
            orderby route.Id
            select route];
}
