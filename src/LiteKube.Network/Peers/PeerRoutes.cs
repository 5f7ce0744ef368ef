using System.Buffers.Binary;
using System.Net;
using LiteKube.Network.Cni;
using LiteKube.Network.Netlink;

namespace LiteKube.Network.Peers;

/// <summary>
/// Routes to the other nodes' pods. A peer on one of this node's own links is its pods' gateway; any other is reached by VXLAN.
/// Everything is found again in the kernel (own route protocol, own device), so each pass makes the kernel equal to the list of peers, whatever was before.
/// </summary>
internal sealed class PeerRoutes(NetworkOptions options, RouteNetlink netlink, KernelSettings kernel)
{
    private const int VxlanOverhead = 50;

    /// <param name="own">This node's address.</param>
    /// <returns>How many peers are reached directly, and how many by VXLAN.</returns>
    internal (int Direct, int Vxlan) Reconcile(IPAddress own, IPNetwork podCidr, IReadOnlyCollection<PeerNode> peers)
    {
        var links = netlink.Links().ToDictionary(link => link.Index);
        var direct = new List<Route>();
        var tunnelled = new List<PeerNode>();
        foreach (var peer in peers)
        {
            if (DirectRoute(peer, links) is { } route)
                direct.Add(route);
            else
                tunnelled.Add(peer);
        }

        var wanted = direct;
        if (tunnelled.Count == 0)
        {
            if (netlink.FindLink(options.VxlanName) is not null)
                netlink.DeleteLink(options.VxlanName);
        }
        else
        {
            var device = EnsureVxlan(own, podCidr, links);
            EnsureTunnels(device, tunnelled);
            wanted = [.. direct, .. tunnelled.Select(peer => new Route(peer.PodCidr, device.Index, peer.PodCidr.BaseAddress, Protocol: Route.LiteKube, OnLink: true))];
        }

        EnsureRoutes(wanted);
        return (direct.Count, tunnelled.Count);
    }

    private Route? DirectRoute(PeerNode peer, Dictionary<int, Link> links)
    {
        if (options.PeerRouting == PeerRouting.Vxlan)
            return null;
        var way = netlink.RouteTo(peer.Address);
        var onLink = way is { Gateway: null } && links.TryGetValue(way.LinkIndex, out var link) && link.IsBroadcastDomain && link.Name != options.BridgeName;
        if (options.PeerRouting == PeerRouting.Auto && !onLink)
            return null;
        return way is null ? null : new Route(peer.PodCidr, way.LinkIndex, way.Gateway ?? peer.Address, Protocol: Route.LiteKube);
    }

    private Link EnsureVxlan(IPAddress own, IPNetwork podCidr, Dictionary<int, Link> links)
    {
        var hardware = HardwareAddress.OfTunnel(own);
        var device = netlink.FindLink(options.VxlanName);
        // The hardware address stands for the node address that the device was made with.
        if (device is not null && !device.Address.Equals(hardware))
        {
            netlink.DeleteLink(options.VxlanName);
            device = null;
        }

        var uplink = netlink.Addresses().Where(address => address.Address.Equals(own)).Select(address => links.GetValueOrDefault(address.LinkIndex)).FirstOrDefault(link => link is not null)
            ?? throw new InvalidOperationException($"the node's InternalIP {own} is on no interface of this machine, so VXLAN has nothing to travel by");
        if (device is null)
        {
            netlink.AddVxlan(options.VxlanName, options.VxlanId, options.VxlanPort, own, uplink.Index, hardware, (options.Mtu > 0 ? options.Mtu : uplink.Mtu) - VxlanOverhead);
            device = netlink.GetLink(options.VxlanName);
        }

        kernel.SetOfInterface(options.VxlanName, "rp_filter", "2");
        // The source of what the node itself sends to other nodes' pods.
        var source = new LinkAddress(device.Index, podCidr.BaseAddress, 32);
        var present = netlink.Addresses().Where(address => address.LinkIndex == device.Index).ToList();
        foreach (var stale in present.Where(address => address != source))
            netlink.RemoveAddress(stale);
        if (!present.Contains(source))
            netlink.AddAddress(device.Index, source.Address, source.PrefixLength);
        if (!device.IsUp)
            netlink.SetUp(device.Index);
        return device;
    }

    private void EnsureTunnels(Link device, List<PeerNode> peers)
    {
        var neighbours = peers.Select(peer => new Neighbour(device.Index, peer.PodCidr.BaseAddress, HardwareAddress.OfTunnel(peer.Address))).ToList();
        var forwarding = peers.Select(peer => new Neighbour(device.Index, peer.Address, HardwareAddress.OfTunnel(peer.Address))).ToList();
        var knownNeighbours = netlink.Neighbours(device.Index);
        var knownForwarding = netlink.Forwarding(device.Index);
        foreach (var stale in knownForwarding.Except(forwarding))
            netlink.DeleteForwarding(stale);
        foreach (var stale in knownNeighbours.ExceptBy(neighbours.Select(neighbour => neighbour.Address), neighbour => neighbour.Address))
            netlink.DeleteNeighbour(stale);
        foreach (var entry in forwarding.Except(knownForwarding))
            netlink.ReplaceForwarding(entry);
        foreach (var neighbour in neighbours.Except(knownNeighbours))
            netlink.ReplaceNeighbour(neighbour);
    }

    private void EnsureRoutes(List<Route> wanted)
    {
        // The route to the ClusterIPs is the bridge's.
        var present = netlink.Routes(Route.LiteKube).Where(route => route.Destination != options.ServiceCidr).ToList();
        foreach (var stale in present.ExceptBy(wanted.Select(route => route.Destination), route => route.Destination))
            netlink.DeleteRoute(stale);
        foreach (var route in wanted.Except(present))
            netlink.ReplaceRoute(route);
    }
}
