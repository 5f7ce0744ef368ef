using System.Net;
using System.Net.NetworkInformation;

namespace LiteKube.Network.Netlink;

/// <summary>A permanent entry: in the neighbour table the address answers to the hardware address, in a VXLAN's forwarding table the hardware address lies behind the address.</summary>
internal sealed record Neighbour(int LinkIndex, IPAddress Address, PhysicalAddress HardwareAddress);
