namespace LiteKube.Network;

public enum PacketFilterKind
{
    /// <summary>nftables where tool and kernel can do it, else iptables.</summary>
    Auto,
    Nftables,
    Iptables,
}
