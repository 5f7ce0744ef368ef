using System.Text;

namespace LiteKube.Network.Netlink;

/// <summary>Changes to links and IPv4 addresses.</summary>
internal static class LinkEvents
{
    private const uint GroupLink = 1 << 0;
    private const uint GroupIPv4Address = 1 << 4;
    private const int InterfaceInfoSize = 16;

    internal static NetlinkSubscription Subscribe() => NetlinkSubscription.Open(0, GroupLink | GroupIPv4Address);

    /// <summary>Leaves out links whose names start with one of the prefixes.</summary>
    internal static NetlinkPredicate Except(params string[] prefixes) => (type, payload) =>
    {
        if (type is not (NetlinkType.NewLink or NetlinkType.DeleteLink) || payload.Length < InterfaceInfoSize)
            return true;
        var name = Encoding.UTF8.GetString(NetlinkAttributes.Find(payload[InterfaceInfoSize..], LinkAttribute.Name).TrimEnd((byte)0));
        return !Array.Exists(prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal));
    };
}
