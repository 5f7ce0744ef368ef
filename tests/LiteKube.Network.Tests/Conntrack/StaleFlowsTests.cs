using System.Net;
using LiteKube.Network.Conntrack;
using LiteKube.Network.Filter;
using LiteKube.Network.Proxy;

namespace LiteKube.Network.Tests.Conntrack;

public sealed class StaleFlowsTests
{
    private static readonly Backend s_vip = new(IPAddress.Parse("10.43.0.50"), 53);
    private static readonly Backend s_old = new(IPAddress.Parse("10.42.0.2"), 8053);
    private static readonly Backend s_new = new(IPAddress.Parse("10.42.0.3"), 8053);
    private static readonly Backend s_node = new(IPAddress.Parse("192.0.2.1"), 30053);
    private static readonly ServiceRoute s_dns = new("default", "dns", "udp", 53, s_vip.Address) { Endpoints = [s_old] };

    [Fact]
    public void Only_conversations_with_lost_endpoints_are_stale()
    {
        var stale = Between(s_dns with { Endpoints = [s_old, s_new] }, s_dns with { Endpoints = [s_new] });

        Assert.True(stale.Contains(Flow(s_vip, s_old)));
        Assert.False(stale.Contains(Flow(s_vip, s_new)));
        Assert.False(stale.Contains(Flow(new Backend(s_vip.Address, 54), s_old)));
    }

    [Fact]
    public void What_went_nowhere_is_stale_once_there_is_an_endpoint() =>
        Assert.True(Between(s_dns with { Endpoints = [] }, s_dns).Contains(Flow(s_vip, s_vip)));

    [Fact]
    public void A_Service_that_goes_takes_its_conversations() =>
        Assert.True(StaleFlows.Between(Rules(s_dns), PacketRules.Empty).Contains(Flow(s_vip, s_old)));

    [Fact]
    public void At_a_node_port_only_what_was_or_becomes_ours_is_stale()
    {
        var stale = Between(s_dns with { NodePort = 30053 }, s_dns with { NodePort = 30053, Endpoints = [s_new] });

        Assert.True(stale.Contains(Flow(s_node, s_old)));
        Assert.False(stale.Contains(Flow(s_node, new Backend(IPAddress.Parse("198.51.100.1"), 53))));
    }

    [Fact]
    public void TCP_is_left_alone() =>
        Assert.True(Between(s_dns with { Protocol = "tcp" }, s_dns with { Protocol = "tcp", Endpoints = [] }).IsEmpty);

    private static StaleFlows Between(ServiceRoute before, ServiceRoute now) => StaleFlows.Between(Rules(before), Rules(now));

    private static PacketRules Rules(ServiceRoute route) => new([route], []);

    private static UdpFlow Flow(Backend destination, Backend answerer) => new(destination, answerer, []);
}
