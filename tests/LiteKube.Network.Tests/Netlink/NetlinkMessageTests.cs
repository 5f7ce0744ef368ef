using System.Net;
using LiteKube.Network.Netlink;
using LiteKube.Network.Tests.Live;

namespace LiteKube.Network.Tests.Netlink;

/// <summary>Octets as in the kernel's headers, on a little-endian machine.</summary>
public sealed class NetlinkMessageTests
{
    [Fact]
    public void A_link_is_set_up_by_flag_and_mask()
    {
        var message = new NetlinkMessage(NetlinkType.NewLink, NetlinkFlags.Ack).LinkHeader(7, InterfaceFlag.Up, InterfaceFlag.Up);

        Assert.Equal("20000000" + "1000" + "0500" + "2A000000" + "00000000" + "00000000" + "07000000" + "01000000" + "01000000", Convert.ToHexString(message.Finish(42)));
    }

    [Fact]
    public void Attributes_are_padded_and_nests_measured()
    {
        var message = new NetlinkMessage(NetlinkType.SetLink, NetlinkFlags.Ack).LinkHeader(3, family: 7)
            .Nest(LinkAttribute.ProtocolInfo | 0x8000, nest => nest.Attribute(LinkAttribute.BridgePortMode, (byte)1))
            .Attribute(LinkAttribute.Name, "lk0");

        var bytes = Convert.ToHexString(message.Finish(1));

        Assert.EndsWith("0C000C80" + "0500040001000000" + "08000300" + "6C6B3000", bytes, StringComparison.Ordinal);
        Assert.StartsWith("34000000", bytes, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_and_ports_are_in_network_order()
    {
        var message = new NetlinkMessage(NetlinkType.NewRoute, NetlinkFlags.Ack).RouteHeader(24)
            .Attribute(RouteAttribute.Gateway, IPAddress.Parse("10.42.0.1"))
            .NetworkOrderAttribute(LinkAttribute.VxlanPort, 8472);

        Assert.EndsWith("08000500" + "0A2A0001" + "06000F00" + "21180000", Convert.ToHexString(message.Finish(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_message_grows()
    {
        var message = new NetlinkMessage(NetlinkType.NewLink, NetlinkFlags.None).LinkHeader();
        for (var i = 0; i < 100; i++)
            message.Attribute(LinkAttribute.Address, new byte[6]);

        Assert.Equal(16 + 16 + 1200, message.Finish(1).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0800")]
    [InlineData("03000100")]
    [InlineData("FFFF0100AABB")]
    public void A_malformed_attribute_ends_the_walk(string hex)
    {
        var attributes = new NetlinkAttributes(Convert.FromHexString(hex));

        Assert.False(attributes.Next());
    }

    [Fact]
    public void Attributes_are_found_by_type_without_their_flag_bits()
    {
        var data = Convert.FromHexString("0500010009000000" + "080002807F000001");

        Assert.Equal([9], NetlinkAttributes.Find(data, 1).ToArray());
        Assert.Equal([127, 0, 0, 1], NetlinkAttributes.Find(data, 2).ToArray());
        Assert.True(NetlinkAttributes.Find(data, 3).IsEmpty);
    }

    [RootFact]
    public void A_refusal_names_the_operation_and_the_kernels_reason()
    {
        using var netlink = new RouteNetlink();

        var refusal = Assert.Throws<NetlinkException>(() => netlink.AddAddress(int.MaxValue, IPAddress.Parse("192.0.2.1"), 33));

        Assert.StartsWith("add address 192.0.2.1/33 to link 2147483647: ", refusal.Message, StringComparison.Ordinal);
    }
}
