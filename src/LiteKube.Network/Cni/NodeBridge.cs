using System.Net;
using LiteKube.Network.Ipam;
using LiteKube.Network.Netlink;

namespace LiteKube.Network.Cni;

/// <summary>
/// The bridge that all pods of the node hang on. It carries the gateway address of the pod CIDR and the DNS address, and the host's route to the ClusterIPs:
/// with it the host itself reaches services even without a default route, from an address that every node can answer to.
/// </summary>
internal sealed class NodeBridge(NetworkOptions options, RouteNetlink netlink, KernelSettings kernel)
{
    private const int DefaultMtu = 1500;

    internal Link Ensure(IPNetwork podCidr, IReadOnlyCollection<PodAttachment> pods)
    {
        var gateway = AddressPool.GatewayOf(podCidr);
        var hardware = HardwareAddress.OfPod(gateway);
        var mtu = PodMtu();
        var bridge = netlink.FindLink(options.BridgeName);
        if (bridge is null)
        {
            netlink.AddBridge(options.BridgeName, hardware, mtu);
            bridge = netlink.GetLink(options.BridgeName);
        }
        else if (bridge.Kind != "bridge")
        {
            throw new InvalidOperationException($"interface {options.BridgeName} exists and is no bridge (kind \"{bridge.Kind}\"). Remove it (ip link delete {options.BridgeName}) or choose another bridge name");
        }

        if (!bridge.Address.Equals(hardware))
            netlink.SetHardwareAddress(bridge.Index, hardware);
        if (bridge.Mtu != mtu)
            netlink.SetMtu(bridge.Index, mtu);
        // Only loose: the way back of a packet may differ from the way in (VXLAN there, direct here).
        kernel.SetOfInterface(options.BridgeName, "rp_filter", "2");
        kernel.SetOfInterface(options.BridgeName, "send_redirects", "0");
        if (!bridge.IsUp)
            netlink.SetUp(bridge.Index);
        EnsureAddresses(bridge, podCidr, gateway, pods);
        netlink.ReplaceRoute(new Route(options.ServiceCidr, bridge.Index, Source: gateway, Protocol: Route.LiteKube));
        return netlink.GetLink(options.BridgeName);
    }

    internal int PodMtu()
    {
        if (options.Mtu > 0)
            return options.Mtu;
        if (netlink.FindLink(options.VxlanName) is { } vxlan)
            return vxlan.Mtu;
        var uplink = netlink.DefaultRouteLink();
        return netlink.Links().FirstOrDefault(link => link.Index == uplink)?.Mtu ?? DefaultMtu;
    }

    private void EnsureAddresses(Link bridge, IPNetwork podCidr, IPAddress gateway, IReadOnlyCollection<PodAttachment> pods)
    {
        var present = netlink.Addresses().Where(address => address.LinkIndex == bridge.Index).ToList();
        // The gateway first: masquerading takes a link's first address.
        var wanted = new[] { new LinkAddress(bridge.Index, gateway, (byte)podCidr.PrefixLength), new LinkAddress(bridge.Index, options.DnsAddress, 32) };
        foreach (var address in wanted.Except(present))
            netlink.AddAddress(bridge.Index, address.Address, address.PrefixLength);
        // After the node got another CIDR, pods of the old one keep their gateway for as long as they live.
        foreach (var address in present.Except(wanted))
        {
            var old = AddressPool.NetworkOf(address.Address, address.PrefixLength);
            if (!pods.Any(pod => old.Contains(pod.Address)))
                netlink.RemoveAddress(address);
        }
    }
}
