using System.Net;
using LiteKube.Network.Cni;
using LiteKube.Network.Ipam;
using LiteKube.Network.Proxy;

namespace LiteKube.Network.Filter;

/// <param name="HostIP">Null: every address of the node.</param>
internal sealed record HostPortRoute(IPAddress? HostIP, string Protocol, int Port, Backend Backend)
{
    /// <summary>Unique among host ports: two pods with the same one cannot be on one node.</summary>
    internal string Id => $"{(HostIP is null ? "any" : HostIP)}/{Protocol}/{Port}";

    internal static HostPortRoute Of(PodAttachment pod, PodHostPort port) => new(
        IPAddress.TryParse(port.HostIP, out var hostIP) && !hostIP.Equals(IPAddress.Any) ? hostIP : null,
        port.Protocol.ToLowerInvariant(), port.Port, new Backend(pod.Address, port.ContainerPort));
}
