using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace LiteKube.Network.Netlink;

/// <summary>Links, addresses, routes and neighbours of one network namespace (IPv4). Thread-safe.</summary>
internal sealed class RouteNetlink : IDisposable
{
    private const byte FamilyBridge = 7;
    private const ushort NestedFlag = 0x8000;
    private const ushort StatePermanent = 0x80;
    private const byte NeighbourSelf = 2;
    private const uint RouteOnLink = 4;
    private const byte RouteUnicast = 1;
    private const byte MainTable = 254;

    private readonly NetlinkSocket _socket = NetlinkSocket.OpenRoute();

    public void Dispose() => _socket.Dispose();

    /// <summary>Null where there is none of that name.</summary>
    internal Link? FindLink(string name)
    {
        Link? found = null;
        try
        {
            _socket.Query($"find link {name}", new NetlinkMessage(NetlinkType.GetLink, NetlinkFlags.Ack).LinkHeader().Attribute(LinkAttribute.Name, name), (_, payload) => found = ReadLink(payload));
        }
        catch (NetlinkException e) when (e.IsNotFound)
        {
            return null;
        }

        return found;
    }

    internal Link GetLink(string name) => FindLink(name) ?? throw new NetlinkException($"find link {name}", NetlinkException.NoDevice);

    internal List<Link> Links()
    {
        var links = new List<Link>();
        _socket.Dump("list links", new NetlinkMessage(NetlinkType.GetLink, NetlinkFlags.Dump).LinkHeader(), links.Clear, (_, payload) => links.Add(ReadLink(payload)));
        return links;
    }

    internal void AddBridge(string name, PhysicalAddress address, int mtu) =>
        _socket.Request($"add bridge {name}", NewLink(name).Attribute(LinkAttribute.Address, address.GetAddressBytes()).Attribute(LinkAttribute.Mtu, mtu)
            .Nest(LinkAttribute.Info, info => info.Attribute(LinkAttribute.InfoKind, "bridge")));

    /// <summary>A pair whose <paramref name="name"/> end is a port of the bridge here, and whose other end appears in the namespace of the descriptor.</summary>
    internal void AddVeth(string name, int bridge, int mtu, string peerName, PhysicalAddress peerAddress, SafeHandle peerNamespace) =>
        _socket.Request($"add veth {name}", NewLink(name, InterfaceFlag.Up).Attribute(LinkAttribute.Mtu, mtu).Attribute(LinkAttribute.Master, bridge)
            .Nest(LinkAttribute.Info, info => info.Attribute(LinkAttribute.InfoKind, "veth")
                .Nest(LinkAttribute.InfoData, data => data
                    .Nest(LinkAttribute.VethPeer, peer => peer.LinkHeader()
                        .Attribute(LinkAttribute.Name, peerName)
                        .Attribute(LinkAttribute.Address, peerAddress.GetAddressBytes())
                        .Attribute(LinkAttribute.Mtu, mtu)
                        .Attribute(LinkAttribute.NamespaceDescriptor, (int)peerNamespace.DangerousGetHandle())))));

    /// <param name="uplink">Index of the interface that carries it.</param>
    internal void AddVxlan(string name, int id, int port, IPAddress local, int uplink, PhysicalAddress address, int mtu) =>
        _socket.Request($"add vxlan {name}", NewLink(name).Attribute(LinkAttribute.Address, address.GetAddressBytes()).Attribute(LinkAttribute.Mtu, mtu)
            .Nest(LinkAttribute.Info, info => info.Attribute(LinkAttribute.InfoKind, "vxlan")
                .Nest(LinkAttribute.InfoData, data => data
                    .Attribute(LinkAttribute.VxlanId, id)
                    .Attribute(LinkAttribute.VxlanLink, uplink)
                    .Attribute(LinkAttribute.VxlanLocal, local)
                    .Attribute(LinkAttribute.VxlanLearning, (byte)0)
                    .NetworkOrderAttribute(LinkAttribute.VxlanPort, (ushort)port))));

    /// <summary>No error where it does not exist.</summary>
    internal void DeleteLink(string name) => IgnoreMissing(() =>
        _socket.Request($"delete link {name}", new NetlinkMessage(NetlinkType.DeleteLink, NetlinkFlags.Ack).LinkHeader().Attribute(LinkAttribute.Name, name)));

    internal void SetUp(int link) =>
        _socket.Request($"set link {link} up", new NetlinkMessage(NetlinkType.NewLink, NetlinkFlags.Ack).LinkHeader(link, InterfaceFlag.Up, InterfaceFlag.Up));

    internal void SetMtu(int link, int mtu) =>
        _socket.Request($"set mtu {mtu} of link {link}", new NetlinkMessage(NetlinkType.NewLink, NetlinkFlags.Ack).LinkHeader(link).Attribute(LinkAttribute.Mtu, mtu));

    internal void SetHardwareAddress(int link, PhysicalAddress address) =>
        _socket.Request($"set address {address} of link {link}", new NetlinkMessage(NetlinkType.NewLink, NetlinkFlags.Ack).LinkHeader(link).Attribute(LinkAttribute.Address, address.GetAddressBytes()));

    internal void SetMaster(int link, int master) =>
        _socket.Request($"set master {master} of link {link}", new NetlinkMessage(NetlinkType.NewLink, NetlinkFlags.Ack).LinkHeader(link).Attribute(LinkAttribute.Master, master));

    /// <summary>Lets a bridge port get back what it sent itself.</summary>
    internal void SetHairpin(int port) =>
        _socket.Request($"set hairpin of link {port}", new NetlinkMessage(NetlinkType.SetLink, NetlinkFlags.Ack).LinkHeader(port, family: FamilyBridge)
            .Nest(LinkAttribute.ProtocolInfo | NestedFlag, info => info.Attribute(LinkAttribute.BridgePortMode, (byte)1)));

    internal List<LinkAddress> Addresses()
    {
        var addresses = new List<LinkAddress>();
        _socket.Dump("list addresses", new NetlinkMessage(NetlinkType.GetAddress, NetlinkFlags.Dump).AddressHeader(), addresses.Clear, (_, payload) =>
        {
            if (payload[0] != (byte)AddressFamily.InterNetwork)
                return;
            var value = NetlinkAttributes.Find(payload[8..], AddressAttribute.Local);
            if (value.IsEmpty)
                value = NetlinkAttributes.Find(payload[8..], AddressAttribute.Address);
            addresses.Add(new LinkAddress((int)MemoryMarshal.Read<uint>(payload[4..]), new IPAddress(value), payload[1]));
        });
        return addresses;
    }

    /// <summary>No error where the link has it already.</summary>
    internal void AddAddress(int link, IPAddress address, byte prefixLength) =>
        _socket.Request($"add address {address}/{prefixLength} to link {link}",
            new NetlinkMessage(NetlinkType.NewAddress, NetlinkFlags.Ack | NetlinkFlags.Create | NetlinkFlags.Replace).AddressHeader(link, prefixLength)
                .Attribute(AddressAttribute.Local, address).Attribute(AddressAttribute.Address, address));

    internal void RemoveAddress(LinkAddress address) => IgnoreMissing(() =>
        _socket.Request($"remove address {address.Address} from link {address.LinkIndex}",
            new NetlinkMessage(NetlinkType.DeleteAddress, NetlinkFlags.Ack).AddressHeader(address.LinkIndex, address.PrefixLength).Attribute(AddressAttribute.Local, address.Address)));

    /// <summary>The link of the default route, or 0.</summary>
    internal int DefaultRouteLink() => Routes(null).FirstOrDefault(route => route.Destination.PrefixLength == 0)?.LinkIndex ?? 0;

    /// <summary>Unicast routes of the main table, those made by <paramref name="protocol"/> or all.</summary>
    internal List<Route> Routes(byte? protocol)
    {
        var routes = new List<Route>();
        _socket.Dump("list routes", new NetlinkMessage(NetlinkType.GetRoute, NetlinkFlags.Dump).RouteHeader(), routes.Clear, (_, payload) =>
        {
            if (payload[0] == (byte)AddressFamily.InterNetwork && payload[4] == MainTable && (protocol is null || payload[5] == protocol) && payload[7] == RouteUnicast)
                routes.Add(ReadRoute(payload));
        });
        return routes;
    }

    internal void ReplaceRoute(Route route)
    {
        var scope = route.Gateway is null ? RouteScope.Link : RouteScope.Universe;
        var message = new NetlinkMessage(NetlinkType.NewRoute, NetlinkFlags.Ack | NetlinkFlags.Create | NetlinkFlags.Replace)
            .RouteHeader((byte)route.Destination.PrefixLength, route.Protocol, scope, RouteUnicast, route.OnLink ? RouteOnLink : 0);
        if (route.Destination.PrefixLength > 0)
            message.Attribute(RouteAttribute.Destination, route.Destination.BaseAddress);
        message.Attribute(RouteAttribute.OutInterface, route.LinkIndex);
        if (route.Gateway is not null)
            message.Attribute(RouteAttribute.Gateway, route.Gateway);
        if (route.Source is not null)
            message.Attribute(RouteAttribute.PreferredSource, route.Source);
        _socket.Request($"set route {route.Destination}", message);
    }

    internal void DeleteRoute(Route route) => IgnoreMissing(() =>
        _socket.Request($"delete route {route.Destination}", new NetlinkMessage(NetlinkType.DeleteRoute, NetlinkFlags.Ack)
            .RouteHeader((byte)route.Destination.PrefixLength, route.Protocol, RouteScope.Universe, RouteUnicast)
            .Attribute(RouteAttribute.Destination, route.Destination.BaseAddress)
            .Attribute(RouteAttribute.OutInterface, route.LinkIndex)));

    /// <summary>The way the kernel would send to an address now; null where it has none or the address is its own.</summary>
    internal Route? RouteTo(IPAddress destination)
    {
        Route? found = null;
        try
        {
            _socket.Query($"look up route to {destination}", new NetlinkMessage(NetlinkType.GetRoute, NetlinkFlags.Ack).RouteHeader(32, table: 0).Attribute(RouteAttribute.Destination, destination),
                (_, payload) => found = payload[7] == RouteUnicast ? ReadRoute(payload) : null);
        }
        catch (NetlinkException e) when (e.IsNotFound || e.Errno is 101 or 113 or 22)
        {
            // ENETUNREACH, EHOSTUNREACH; EINVAL is what an unreachable or prohibit route may answer.
            return null;
        }

        return found;
    }

    internal void ReplaceNeighbour(Neighbour neighbour) => _socket.Request($"set neighbour {neighbour.Address}", NeighbourMessage(neighbour, (byte)AddressFamily.InterNetwork, 0));

    internal void ReplaceForwarding(Neighbour entry) => _socket.Request($"set forwarding entry {entry.HardwareAddress}", NeighbourMessage(entry, FamilyBridge, NeighbourSelf));

    internal void DeleteNeighbour(Neighbour neighbour) => IgnoreMissing(() =>
        _socket.Request($"delete neighbour {neighbour.Address}", new NetlinkMessage(NetlinkType.DeleteNeighbour, NetlinkFlags.Ack)
            .NeighbourHeader((byte)AddressFamily.InterNetwork, neighbour.LinkIndex).Attribute(NeighbourAttribute.Destination, neighbour.Address)));

    internal void DeleteForwarding(Neighbour entry) => IgnoreMissing(() =>
        _socket.Request($"delete forwarding entry {entry.HardwareAddress}", new NetlinkMessage(NetlinkType.DeleteNeighbour, NetlinkFlags.Ack)
            .NeighbourHeader(FamilyBridge, entry.LinkIndex, StatePermanent, NeighbourSelf)
            .Attribute(NeighbourAttribute.LinkAddress, entry.HardwareAddress.GetAddressBytes()).Attribute(NeighbourAttribute.Destination, entry.Address)));

    /// <summary>The permanent neighbours of a link.</summary>
    internal List<Neighbour> Neighbours(int link) => DumpNeighbours(link, (byte)AddressFamily.InterNetwork);

    /// <summary>The permanent forwarding entries of a VXLAN.</summary>
    internal List<Neighbour> Forwarding(int link) => DumpNeighbours(link, FamilyBridge);

    private List<Neighbour> DumpNeighbours(int link, byte family)
    {
        var neighbours = new List<Neighbour>();
        _socket.Dump("list neighbours", new NetlinkMessage(NetlinkType.GetNeighbour, NetlinkFlags.Dump).NeighbourHeader(family), neighbours.Clear, (_, payload) =>
        {
            var attributes = payload[12..];
            var address = NetlinkAttributes.Find(attributes, NeighbourAttribute.Destination);
            var hardware = NetlinkAttributes.Find(attributes, NeighbourAttribute.LinkAddress);
            if ((int)MemoryMarshal.Read<uint>(payload[4..]) == link && (MemoryMarshal.Read<ushort>(payload[8..]) & StatePermanent) != 0 && address.Length == 4 && hardware.Length == 6)
                neighbours.Add(new Neighbour(link, new IPAddress(address), new PhysicalAddress(hardware.ToArray())));
        });
        return neighbours;
    }

    private static NetlinkMessage NewLink(string name, uint flags = 0) =>
        new NetlinkMessage(NetlinkType.NewLink, NetlinkFlags.Ack | NetlinkFlags.Create | NetlinkFlags.Exclusive).LinkHeader(flags: flags, change: flags).Attribute(LinkAttribute.Name, name);

    private static NetlinkMessage NeighbourMessage(Neighbour neighbour, byte family, byte flags) =>
        new NetlinkMessage(NetlinkType.NewNeighbour, NetlinkFlags.Ack | NetlinkFlags.Create | NetlinkFlags.Replace)
            .NeighbourHeader(family, neighbour.LinkIndex, StatePermanent, flags)
            .Attribute(NeighbourAttribute.Destination, neighbour.Address)
            .Attribute(NeighbourAttribute.LinkAddress, neighbour.HardwareAddress.GetAddressBytes());

    private static Link ReadLink(ReadOnlySpan<byte> payload)
    {
        var attributes = new NetlinkAttributes(payload[16..]);
        string name = "", kind = "";
        int mtu = 0, master = 0;
        var address = PhysicalAddress.None;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case LinkAttribute.Name:
                    name = attributes.Text;
                    break;
                case LinkAttribute.Mtu:
                    mtu = (int)attributes.U32;
                    break;
                case LinkAttribute.Master:
                    master = (int)attributes.U32;
                    break;
                case LinkAttribute.Address:
                    address = new PhysicalAddress(attributes.Value.ToArray());
                    break;
                case LinkAttribute.Info:
                    kind = System.Text.Encoding.ASCII.GetString(NetlinkAttributes.Find(attributes.Value, LinkAttribute.InfoKind).TrimEnd((byte)0));
                    break;
            }
        }

        return new Link(MemoryMarshal.Read<int>(payload[4..]), name, kind, MemoryMarshal.Read<uint>(payload[8..]), MemoryMarshal.Read<ushort>(payload[2..]), mtu, address, master);
    }

    private static Route ReadRoute(ReadOnlySpan<byte> payload)
    {
        var attributes = new NetlinkAttributes(payload[12..]);
        var destination = IPAddress.Any;
        IPAddress? gateway = null, source = null;
        var link = 0;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case RouteAttribute.Destination:
                    destination = new IPAddress(attributes.Value);
                    break;
                case RouteAttribute.Gateway:
                    gateway = new IPAddress(attributes.Value);
                    break;
                case RouteAttribute.PreferredSource:
                    source = new IPAddress(attributes.Value);
                    break;
                case RouteAttribute.OutInterface:
                    link = (int)attributes.U32;
                    break;
            }
        }

        return new Route(new IPNetwork(destination, payload[1]), link, gateway, source, payload[5], (MemoryMarshal.Read<uint>(payload[8..]) & RouteOnLink) != 0);
    }

    private static void IgnoreMissing(Action request)
    {
        try
        {
            request();
        }
        catch (NetlinkException e) when (e.IsNotFound)
        {
            // What was to go is gone.
        }
    }
}
