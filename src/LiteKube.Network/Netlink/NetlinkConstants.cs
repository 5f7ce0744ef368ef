namespace LiteKube.Network.Netlink;

/// <summary>Message types of <c>linux/netlink.h</c>, <c>linux/rtnetlink.h</c> and <c>linux/netfilter/nfnetlink_conntrack.h</c>.</summary>
internal static class NetlinkType
{
    internal const ushort Error = 2;
    internal const ushort Done = 3;
    internal const ushort NewLink = 16;
    internal const ushort DeleteLink = 17;
    internal const ushort GetLink = 18;
    internal const ushort SetLink = 19;
    internal const ushort NewAddress = 20;
    internal const ushort DeleteAddress = 21;
    internal const ushort GetAddress = 22;
    internal const ushort NewRoute = 24;
    internal const ushort DeleteRoute = 25;
    internal const ushort GetRoute = 26;
    internal const ushort NewNeighbour = 28;
    internal const ushort DeleteNeighbour = 29;
    internal const ushort GetNeighbour = 30;
    internal const ushort ConntrackNew = 0x100;
    internal const ushort ConntrackGet = 0x101;
    internal const ushort ConntrackDelete = 0x102;
}

[Flags]
internal enum NetlinkFlags : ushort
{
    None = 0,
    Request = 0x1,
    Multi = 0x2,
    Ack = 0x4,
    DumpInterrupted = 0x10,
    Replace = 0x100,
    Dump = 0x300,
    Exclusive = 0x200,
    Create = 0x400,
    Append = 0x800,

    /// <summary>On an error: the original request is not repeated after the errno.</summary>
    Capped = 0x100,

    /// <summary>On an error: attributes with the kernel's reason follow.</summary>
    AckAttributes = 0x200,
}

internal static class LinkAttribute
{
    internal const ushort Address = 1;
    internal const ushort Name = 3;
    internal const ushort Mtu = 4;
    internal const ushort Link = 5;
    internal const ushort Master = 10;
    internal const ushort ProtocolInfo = 12;
    internal const ushort Info = 18;
    internal const ushort NamespaceDescriptor = 28;
    internal const ushort InfoKind = 1;
    internal const ushort InfoData = 2;
    internal const ushort VethPeer = 1;
    internal const ushort BridgePortMode = 4;
    internal const ushort VxlanId = 1;
    internal const ushort VxlanLink = 3;
    internal const ushort VxlanLocal = 4;
    internal const ushort VxlanLearning = 7;
    internal const ushort VxlanPort = 15;
}

internal static class AddressAttribute
{
    internal const ushort Address = 1;
    internal const ushort Local = 2;
}

internal static class RouteAttribute
{
    internal const ushort Destination = 1;
    internal const ushort OutInterface = 4;
    internal const ushort Gateway = 5;
    internal const ushort PreferredSource = 7;
    internal const ushort Table = 15;
}

internal static class NeighbourAttribute
{
    internal const ushort Destination = 1;
    internal const ushort LinkAddress = 2;
}

internal static class InterfaceFlag
{
    internal const uint Up = 0x1;
    internal const uint Loopback = 0x8;
    internal const uint PointToPoint = 0x10;
    internal const uint NoArp = 0x80;
}

internal static class RouteScope
{
    internal const byte Universe = 0;
    internal const byte Link = 253;
    internal const byte Host = 254;
}
