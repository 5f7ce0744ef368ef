namespace LiteKube.Network;

/// <summary>How packets for another node's pods travel.</summary>
public enum PeerRouting
{
    /// <summary>Direct to nodes on the same link, VXLAN to others.</summary>
    Auto,

    /// <summary>A route by the node's address, always. Only for nodes on one link, or networks that know the pod CIDRs.</summary>
    Direct,

    /// <summary>VXLAN to every node.</summary>
    Vxlan,
}
