using System.Net;
using LiteKube.Network.Cni;
using LiteKube.Network.Filter;
using LiteKube.Network.Netlink;
using LiteKube.Network.Peers;
using LiteKube.Network.Proxy;

namespace LiteKube.Network.Tests.Live;

/// <summary>Two nodes joined by a cable, or by a router between two links.</summary>
public sealed class TwoNodeTests : IDisposable
{
    private readonly List<IDisposable> _things = [];

    public void Dispose() => _things.ForEach(thing => thing.Dispose());

    [RootTheory]
    [InlineData(PeerRouting.Auto, "direct")]
    [InlineData(PeerRouting.Vxlan, "vxlan")]
    public async Task Nodes_on_one_link_carry_each_others_pods(PeerRouting routing, string expected)
    {
        var (one, other) = Nodes(routing);
        TestNamespace.Connect(one.Namespace, "eth0", "192.168.77.1/24", other.Namespace, "eth0", "192.168.77.2/24");

        await AssertConnectedAsync(one, "192.168.77.1", other, "192.168.77.2", expected);
    }

    [RootFact]
    public async Task Nodes_behind_a_router_take_VXLAN_of_their_own_accord()
    {
        var (one, other) = Nodes(PeerRouting.Auto);
        var router = new TestNamespace("router");
        _things.Add(router);
        TestNamespace.Connect(one.Namespace, "eth0", "192.168.77.1/24", router, "eth1", "192.168.77.254/24");
        TestNamespace.Connect(other.Namespace, "eth0", "192.168.78.1/24", router, "eth2", "192.168.78.254/24");
        router.Exec("sysctl -qw net.ipv4.ip_forward=1");
        one.Namespace.Exec("ip route add default via 192.168.77.254");
        other.Namespace.Exec("ip route add default via 192.168.78.254");

        await AssertConnectedAsync(one, "192.168.77.1", other, "192.168.78.1", "vxlan");
    }

    [RootTheory]
    [InlineData(PeerRouting.Auto)]
    [InlineData(PeerRouting.Vxlan)]
    public void A_node_that_goes_leaves_no_route_behind(PeerRouting routing)
    {
        var (one, other) = Nodes(routing);
        TestNamespace.Connect(one.Namespace, "eth0", "192.168.77.1/24", other.Namespace, "eth0", "192.168.77.2/24");
        Reconcile(one, "192.168.77.1", Peer(other, "192.168.77.2"), new PeerNode("third", IPAddress.Parse("192.168.77.3"), IPNetwork.Parse("10.42.2.0/24")));
        Assert.Contains("10.42.2.0/24", one.Namespace.Exec("ip route"), StringComparison.Ordinal);

        Reconcile(one, "192.168.77.1", Peer(other, "192.168.77.2"));
        Assert.DoesNotContain("10.42.2.", one.Namespace.Exec("ip route"), StringComparison.Ordinal);
        Assert.DoesNotContain("192.168.77.3", one.Namespace.Exec("bridge fdb") + one.Namespace.Exec("ip neigh show nud permanent"), StringComparison.Ordinal);

        Reconcile(one, "192.168.77.1");
        Assert.DoesNotContain("10.42.1.0/24", one.Namespace.Exec("ip route"), StringComparison.Ordinal);
        Assert.DoesNotContain("vxlan", one.Namespace.Exec("ip -o link"), StringComparison.Ordinal);
        Assert.Contains("10.43.0.0/16", one.Namespace.Exec("ip route"), StringComparison.Ordinal);
    }

    [RootFact]
    public void A_peer_with_another_address_gets_another_tunnel()
    {
        var (one, other) = Nodes(PeerRouting.Vxlan);
        TestNamespace.Connect(one.Namespace, "eth0", "192.168.77.1/24", other.Namespace, "eth0", "192.168.77.2/24");
        Reconcile(one, "192.168.77.1", Peer(other, "192.168.77.2"));

        Reconcile(one, "192.168.77.1", Peer(other, "192.168.77.9"));

        var forwarding = one.Namespace.Exec("bridge fdb");
        Assert.Contains("dst 192.168.77.9", forwarding, StringComparison.Ordinal);
        Assert.DoesNotContain("dst 192.168.77.2 ", forwarding, StringComparison.Ordinal);
    }

    private (TestNode One, TestNode Other) Nodes(PeerRouting routing)
    {
        var one = new TestNode("one", "10.42.0.0/24", options => options with { PeerRouting = routing });
        _things.Add(one);
        var other = new TestNode("two", "10.42.1.0/24", options => options with { PeerRouting = routing });
        _things.Add(other);
        return (one, other);
    }

    private static async Task AssertConnectedAsync(TestNode one, string oneAddress, TestNode other, string otherAddress, string expected)
    {
        // Twice: the second finds all as it should be.
        for (var i = 0; i < 2; i++)
        {
            var reached = Reconcile(one, oneAddress, Peer(other, otherAddress));
            Reconcile(other, otherAddress, Peer(one, oneAddress));
            Assert.Equal(expected == "direct" ? (1, 0) : (0, 1), reached);
        }

        var client = one.AddPod("client");
        var server = other.AddPod("server");
        server.Pod.ServeTcp(8080, "server");
        server.Pod.ServeUdp(8053, "server");
        var backend = new Backend(IPAddress.Parse(server.Address), 8080);
        var service = new ServiceRoute("default", "web", "tcp", 80, IPAddress.Parse("10.43.0.50")) { Endpoints = [backend], NodePort = 30080 };
        await one.ApplyAsync(PacketFilterKind.Nftables, new PacketRules([service], []));
        await other.ApplyAsync(PacketFilterKind.Nftables, new PacketRules([service with { LocalEndpoints = [backend] }], []));

        Assert.Equal(("server", client.Address), await client.Pod.AskAsync(server.Address, 8080));
        Assert.Equal(("server", client.Address), await client.Pod.AskAsync("10.43.0.50", 80));
        Assert.Equal("server", (await one.Namespace.AskAsync(server.Address, 8080)).Text);
        Assert.Equal("server", (await one.Namespace.AskAsync("10.43.0.50", 80)).Text);
        Assert.Equal("server", (await one.Namespace.AskAsync("127.0.0.1", 30080)).Text);
        Assert.Equal("server", (await other.Namespace.AskAsync(oneAddress, 30080)).Text);
        using var socket = client.Pod.OpenUdp();
        Assert.Equal("server", await TestNamespace.AskUdpAsync(socket, server.Address, 8053));
    }

    private static (int Direct, int Vxlan) Reconcile(TestNode node, string own, params PeerNode[] peers)
    {
        using var netlink = node.Namespace.Run(() => new RouteNetlink());
        return new PeerRoutes(node.Options, netlink, new KernelSettings(node.Options.StateDirectory, node.Namespace)).Reconcile(IPAddress.Parse(own), node.PodCidr, peers);
    }

    private static PeerNode Peer(TestNode node, string address) => new(node.Options.NodeName, IPAddress.Parse(address), node.PodCidr);
}
