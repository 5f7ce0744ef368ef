using System.Net;
using System.Net.NetworkInformation;

namespace LiteKube.Network.Cni;

/// <summary>
/// Hardware addresses made from IPv4 addresses (locally administered): whoever next has an address has its hardware address too,
/// so neighbour tables that still know the last holder are right, and all nodes agree on each other's without asking.
/// </summary>
internal static class HardwareAddress
{
    internal static PhysicalAddress OfPod(IPAddress address) => Of(0x0a, 0x4b, address);

    internal static PhysicalAddress OfTunnel(IPAddress node) => Of(0x0e, 0x4b, node);

    private static PhysicalAddress Of(byte first, byte second, IPAddress address)
    {
        var bytes = new byte[6];
        bytes[0] = first;
        bytes[1] = second;
        address.TryWriteBytes(bytes.AsSpan(2), out _);
        return new PhysicalAddress(bytes);
    }
}
