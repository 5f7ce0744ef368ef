using System.Net;

namespace LiteKube.Network;

/// <summary>
/// How the node's pod network is laid out. To add a setting: add a property with its default here, and give it a flag in the executable.
/// Names and identifiers that reach the kernel are here so that two litekube on one kernel can be told apart; keep them for the life of a node.
/// </summary>
public sealed record NetworkOptions
{
    public required string NodeName { get; init; }

    /// <summary>Holds which sandbox has which address, and the kernel settings to restore on cleanup.</summary>
    public string StateDirectory { get; init; } = "/var/lib/litekube/agent/network";

    /// <summary>All pods of all nodes. Traffic from here to elsewhere is masqueraded.</summary>
    public IPNetwork ClusterCidr { get; init; } = IPNetwork.Parse("10.42.0.0/16");

    /// <summary>All ClusterIPs.</summary>
    public IPNetwork ServiceCidr { get; init; } = IPNetwork.Parse("10.43.0.0/16");

    /// <summary>An address of every node's bridge, where the node's own DNS server listens. No rule is made for it.</summary>
    public IPAddress DnsAddress { get; init; } = IPAddress.Parse("10.43.0.10");

    public string BridgeName { get; init; } = "lk0";

    public string VxlanName { get; init; } = "lk-vxlan";

    public int VxlanId { get; init; } = 1;

    public int VxlanPort { get; init; } = 8472;

    public PeerRouting PeerRouting { get; init; } = PeerRouting.Auto;

    /// <summary>Of pod interfaces; 0 takes the uplink's.</summary>
    public int Mtu { get; init; }

    public PacketFilterKind PacketFilter { get; init; } = PacketFilterKind.Auto;

    /// <summary>Name of the nftables table; iptables chains start with it in capitals.</summary>
    public string TableName { get; init; } = "litekube";

    /// <summary>Rules are written at most this often.</summary>
    public TimeSpan MinimumRuleInterval { get; init; } = TimeSpan.FromMilliseconds(30);
}
