using System.Net.NetworkInformation;

namespace LiteKube.Network.Netlink;

/// <param name="Kind"><c>bridge</c>, <c>veth</c>, <c>vxlan</c> …; empty for hardware.</param>
/// <param name="Master">Index of the bridge it is a port of, or 0.</param>
internal sealed record Link(int Index, string Name, string Kind, uint Flags, ushort HardwareType, int Mtu, PhysicalAddress Address, int Master)
{
    private const ushort Ethernet = 1;

    internal bool IsUp => (Flags & InterfaceFlag.Up) != 0;

    internal bool IsLoopback => (Flags & InterfaceFlag.Loopback) != 0;

    /// <summary>A neighbour on it can forward for other addresses: frames go by hardware address, so a peer may be a gateway.</summary>
    internal bool IsBroadcastDomain => HardwareType == Ethernet && (Flags & (InterfaceFlag.Loopback | InterfaceFlag.NoArp | InterfaceFlag.PointToPoint)) == 0;
}
