using System.Net;

namespace LiteKube.Network.Netlink;

internal readonly record struct LinkAddress(int LinkIndex, IPAddress Address, byte PrefixLength);
