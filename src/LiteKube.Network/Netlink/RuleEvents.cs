using System.Text;

namespace LiteKube.Network.Netlink;

/// <summary>Changes to packet rules by any hand, as far as they may have taken LiteKube's away. (Legacy iptables tells nobody.)</summary>
internal static class RuleEvents
{
    private const int Netfilter = 12;
    private const uint GroupNftables = 1 << 6;
    private const ushort DeleteTable = 0x0a02;
    private const ushort NewChain = 0x0a03;
    private const ushort DeleteRule = 0x0a08;
    private const ushort TableName = 1;
    private const int NetfilterHeaderSize = 4;

    /// <summary>The table that iptables keeps its FORWARD and INPUT chains in.</summary>
    private const string IptablesFilterTable = "filter";

    internal static NetlinkSubscription Subscribe() => NetlinkSubscription.Open(Netfilter, GroupNftables);

    internal static NetlinkPredicate MayConcern(string ownTable) => (type, payload) =>
    {
        if (type is not (DeleteTable or NewChain or DeleteRule) || payload.Length < NetfilterHeaderSize)
            return false;
        var table = Encoding.UTF8.GetString(NetlinkAttributes.Find(payload[NetfilterHeaderSize..], TableName).TrimEnd((byte)0));
        return table == ownTable ? type == DeleteTable : table == IptablesFilterTable;
    };
}
