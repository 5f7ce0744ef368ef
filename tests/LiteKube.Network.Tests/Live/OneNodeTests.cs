using System.Net;
using System.Net.Sockets;
using LiteKube.Network.Filter;
using LiteKube.Network.Netlink;
using LiteKube.Network.Proxy;

namespace LiteKube.Network.Tests.Live;

/// <summary>One node with three web pods, a client pod and a neighbour on its wire; all namespaces of the tests' own, all traffic real.</summary>
public sealed class OneNodeTests : IDisposable
{
    private const string NodeAddress = "192.168.77.1";
    private readonly TestNode _node = new("one", "10.42.0.0/24");
    private readonly TestNamespace _outside = new("outside");
    private readonly List<(TestNamespace Pod, string Address)> _web = [];
    private readonly (TestNamespace Pod, string Address) _client;

    public OneNodeTests()
    {
        TestNamespace.Connect(_node.Namespace, "eth0", $"{NodeAddress}/24", _outside, "eth0", "192.168.77.2/24");
        for (var i = 0; i < 3; i++)
        {
            var pod = _node.AddPod($"web{i}");
            pod.Pod.ServeTcp(8080, $"web{i}");
            pod.Pod.ServeUdp(8053, $"web{i}");
            _web.Add(pod);
        }

        _client = _node.AddPod("client");
    }

    public static TheoryData<PacketFilterKind> Filters => [PacketFilterKind.Nftables, PacketFilterKind.Iptables];

    public void Dispose()
    {
        _node.Dispose();
        _outside.Dispose();
    }

    [RootTheory]
    [InlineData("0")]
    [InlineData("1")]
    public async Task Pods_reach_each_other_and_the_host_whether_or_not_bridges_pass_netfilter(string bridgeNetfilter)
    {
        SetBridgeNetfilter(bridgeNetfilter);

        var fromPod = await _client.Pod.AskAsync(_web[1].Address, 8080);
        var fromHost = await _node.Namespace.AskAsync(_web[0].Address, 8080);
        _node.Namespace.ServeTcp(9000, "host");
        var toHost = await _client.Pod.AskAsync(NodeAddress, 9000);

        Assert.Equal(("web1", _client.Address), fromPod);
        Assert.Equal(("web0", "10.42.0.1"), fromHost);
        Assert.Equal(("host", _client.Address), toHost);
    }

    [RootTheory]
    [MemberData(nameof(Filters))]
    public async Task A_ClusterIP_spreads_over_all_endpoints_from_pods_and_from_the_host(PacketFilterKind filter)
    {
        await _node.ApplyAsync(filter, Rules(Web()));

        foreach (var bridgeNetfilter in (string[])["0", "1"])
        {
            SetBridgeNetfilter(bridgeNetfilter);
            Assert.Equal(["web0", "web1", "web2"], await AnswersAsync(() => _client.Pod.AskAsync("10.43.0.50", 80)));
            Assert.Equal(["web0", "web1", "web2"], await AnswersAsync(() => _node.Namespace.AskAsync("10.43.0.50", 80)));
        }
    }

    [RootTheory]
    [MemberData(nameof(Filters))]
    public async Task A_pod_reaches_itself_through_its_Service(PacketFilterKind filter)
    {
        await _node.ApplyAsync(filter, Rules(Web() with { Endpoints = [Web(0)], LocalEndpoints = [Web(0)] }));

        foreach (var bridgeNetfilter in (string[])["0", "1"])
        {
            SetBridgeNetfilter(bridgeNetfilter);
            Assert.Equal(("web0", "10.42.0.1"), await _web[0].Pod.AskAsync("10.43.0.50", 80));
        }
    }

    [RootTheory]
    [MemberData(nameof(Filters))]
    public async Task A_NodePort_answers_on_every_address_of_the_node(PacketFilterKind filter)
    {
        await _node.ApplyAsync(filter, Rules(Web() with { NodePort = 30080 }));

        Assert.Equal(["web0", "web1", "web2"], await AnswersAsync(() => _outside.AskAsync(NodeAddress, 30080)));
        Assert.Equal(["web0", "web1", "web2"], await AnswersAsync(() => _node.Namespace.AskAsync("127.0.0.1", 30080)));
        Assert.StartsWith("web", (await _node.Namespace.AskAsync(NodeAddress, 30080)).Text, StringComparison.Ordinal);
        Assert.StartsWith("web", (await _client.Pod.AskAsync(NodeAddress, 30080)).Text, StringComparison.Ordinal);
    }

    [RootTheory]
    [MemberData(nameof(Filters))]
    public async Task ExternalTrafficPolicy_Local_keeps_the_client_address(PacketFilterKind filter)
    {
        await _node.ApplyAsync(filter, Rules(Web() with { NodePort = 30080, ExternalLocal = true, LocalEndpoints = [Web(2)] }));

        Assert.Equal(("web2", "192.168.77.2"), await _outside.AskAsync(NodeAddress, 30080));
        Assert.Equal(["web0", "web1", "web2"], await AnswersAsync(() => _client.Pod.AskAsync(NodeAddress, 30080)));
    }

    [RootTheory]
    [MemberData(nameof(Filters))]
    public async Task External_and_load_balancer_addresses_lead_to_the_Service(PacketFilterKind filter)
    {
        _outside.Exec($"ip route add 203.0.113.0/24 via {NodeAddress}");
        await _node.ApplyAsync(filter, Rules(Web() with
        {
            ExternalIPs = [IPAddress.Parse("203.0.113.1")],
            LoadBalancerIPs = [IPAddress.Parse("203.0.113.2")],
            SourceRanges = ["192.168.77.0/24"],
        }));

        Assert.StartsWith("web", (await _outside.AskAsync("203.0.113.1", 80)).Text, StringComparison.Ordinal);
        Assert.StartsWith("web", (await _outside.AskAsync("203.0.113.2", 80)).Text, StringComparison.Ordinal);
    }

    [RootTheory]
    [MemberData(nameof(Filters))]
    public async Task Session_affinity_keeps_a_client_at_one_endpoint_also_after_other_changes(PacketFilterKind filter)
    {
        var sticky = Web() with { AffinitySeconds = 10800 };
        await _node.ApplyAsync(filter, Rules(sticky));
        var first = (await _client.Pod.AskAsync("10.43.0.50", 80)).Text;
        for (var i = 0; i < 15; i++)
            Assert.Equal(first, (await _client.Pod.AskAsync("10.43.0.50", 80)).Text);

        await _node.ApplyAsync(filter, Rules(sticky, Web() with { Name = "other", ClusterIP = IPAddress.Parse("10.43.0.51") }));
        _node.Restart();
        await _node.ApplyAsync(filter, Rules(sticky));
        for (var i = 0; i < 15; i++)
            Assert.Equal(first, (await _client.Pod.AskAsync("10.43.0.50", 80)).Text);

        await _node.ApplyAsync(filter, Rules(Web()));
        Assert.Equal(["web0", "web1", "web2"], await AnswersAsync(() => _client.Pod.AskAsync("10.43.0.50", 80)));
    }

    [RootTheory]
    [MemberData(nameof(Filters))]
    public async Task A_Service_without_endpoints_refuses_at_once(PacketFilterKind filter)
    {
        await _node.ApplyAsync(filter, Rules(Web() with { Endpoints = [], LocalEndpoints = [], NodePort = 30080 }));

        foreach (var client in (TestNamespace[])[_client.Pod, _node.Namespace])
        {
            var refused = await Assert.ThrowsAsync<SocketException>(() => client.AskAsync("10.43.0.50", 80));
            Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        }

        var atNode = await Assert.ThrowsAsync<SocketException>(() => _outside.AskAsync(NodeAddress, 30080));
        Assert.Equal(SocketError.ConnectionRefused, atNode.SocketErrorCode);
        var unknown = await Assert.ThrowsAsync<SocketException>(() => _client.Pod.AskAsync("10.43.0.99", 80));
        Assert.Equal(SocketError.ConnectionRefused, unknown.SocketErrorCode);
    }

    [RootTheory]
    [MemberData(nameof(Filters))]
    public async Task Host_ports_by_address_and_for_all_lead_to_their_pods(PacketFilterKind filter)
    {
        var rules = new PacketRules([], [
            new HostPortRoute(IPAddress.Parse("127.0.0.1"), "tcp", 54323, Web(0)),
            new HostPortRoute(IPAddress.Parse(NodeAddress), "tcp", 54323, Web(1)),
            new HostPortRoute(null, "tcp", 54400, Web(2)),
        ]);
        await _node.ApplyAsync(filter, rules);

        Assert.Equal("web0", (await _node.Namespace.AskAsync("127.0.0.1", 54323, from: NodeAddress)).Text);
        Assert.Equal(("web1", "192.168.77.2"), await _outside.AskAsync(NodeAddress, 54323));
        Assert.Equal(("web2", "192.168.77.2"), await _outside.AskAsync(NodeAddress, 54400));
        Assert.Equal("web2", (await _node.Namespace.AskAsync("127.0.0.1", 54400)).Text);
        Assert.Equal("web2", (await _web[2].Pod.AskAsync(NodeAddress, 54400)).Text);
    }

    [RootTheory]
    [MemberData(nameof(Filters))]
    public async Task A_UDP_client_that_never_pauses_follows_a_change_of_endpoints(PacketFilterKind filter)
    {
        var dns = Web() with { Protocol = "udp", Endpoints = [new Backend(IPAddress.Parse(_web[0].Address), 8053)], LocalEndpoints = [] };
        await _node.ApplyAsync(filter, Rules(dns));
        using var socket = _client.Pod.OpenUdp();
        Assert.Equal("web0", await TestNamespace.AskUdpAsync(socket, "10.43.0.50", 80));

        await _node.ApplyAsync(filter, Rules(dns with { Endpoints = [new Backend(IPAddress.Parse(_web[1].Address), 8053)] }));

        Assert.Equal("web1", await TestNamespace.AskUdpAsync(socket, "10.43.0.50", 80));
    }

    [RootTheory]
    [MemberData(nameof(Filters))]
    public async Task What_leaves_the_cluster_carries_the_node_address(PacketFilterKind filter)
    {
        await _node.ApplyAsync(filter, PacketRules.Empty);
        _outside.ServeTcp(9000, "outside");

        Assert.Equal(("outside", NodeAddress), await _client.Pod.AskAsync("192.168.77.2", 9000));
    }

    [RootFact]
    public async Task An_iptables_FORWARD_policy_of_DROP_does_not_stop_pods()
    {
        _node.Namespace.Exec("iptables -P FORWARD DROP");
        await _node.ApplyAsync(PacketFilterKind.Nftables, Rules(Web()));
        SetBridgeNetfilter("1");

        await _node.AcceptForwardAsync();
        await _node.AcceptForwardAsync();

        Assert.Equal(("web1", _client.Address), await _client.Pod.AskAsync(_web[1].Address, 8080));
        Assert.Equal(["web0", "web1", "web2"], await AnswersAsync(() => _client.Pod.AskAsync("10.43.0.50", 80)));
        Assert.Single(_node.Namespace.Exec("iptables -S FORWARD").Split('\n'), line => line.Contains("LITEKUBE-FORWARD", StringComparison.Ordinal));
    }

    [RootFact]
    public async Task The_loopback_stays_closed_to_the_wire()
    {
        await _node.ApplyAsync(PacketFilterKind.Nftables, PacketRules.Empty);
        _node.Namespace.ServeTcp(9100, "secret");
        _outside.Exec("sysctl -qw net.ipv4.conf.all.route_localnet=1");
        _outside.Exec($"ip route add 127.66.0.0/16 via {NodeAddress} dev eth0");

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        using var socket = _outside.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await Assert.ThrowsAnyAsync<Exception>(async () => await socket.ConnectAsync(IPAddress.Parse("127.66.0.1"), 9100, limit.Token));
        Assert.Equal("secret", (await _node.Namespace.AskAsync("127.66.0.1", 9100)).Text);
    }

    [RootFact]
    public void A_restart_keeps_addresses_and_doubles_none()
    {
        _node.Restart();

        Assert.Equal(_web[0].Address, _node.Attach("web0", _web[0].Pod));
        var fresh = _node.AddPod("fresh").Address;
        Assert.DoesNotContain(fresh, _web.Select(pod => pod.Address).Append(_client.Address));
    }

    [RootFact]
    public async Task Detach_frees_interface_and_address_and_keepOnly_the_rest()
    {
        var before = Interfaces();

        await _node.Network.DetachAsync("web0", CancellationToken.None);
        await _node.Network.DetachAsync("web0", CancellationToken.None);
        Assert.Equal(before - 1, Interfaces());
        await _node.Network.KeepOnlyAsync(["client"], CancellationToken.None);

        Assert.Equal(1, Interfaces());
        Assert.Equal(["client"], _node.Network.Pods.Select(pod => pod.SandboxId));
    }

    [RootFact]
    public async Task Attach_to_a_namespace_that_is_gone_fails_and_keeps_nothing()
    {
        var failure = await Assert.ThrowsAsync<NetlinkException>(() => _node.Network.AttachAsync("default", "ghost", "ghost", "/run/netns/no-such-namespace", [], CancellationToken.None).AsTask());

        Assert.Contains("/run/netns/no-such-namespace", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_node.Network.Pods, pod => pod.SandboxId == "ghost");
    }

    [RootTheory]
    [MemberData(nameof(Filters))]
    public async Task Cleanup_leaves_nothing_of_ours_and_all_of_others(PacketFilterKind filter)
    {
        _node.Namespace.Exec("nft add table ip others");
        _node.Namespace.Exec("iptables -A FORWARD -s 198.51.100.0/24 -j ACCEPT");
        await _node.ApplyAsync(filter, Rules(Web() with { NodePort = 30080, AffinitySeconds = 10 }));
        await _node.AcceptForwardAsync();

        await _node.CleanUpAsync();
        await _node.CleanUpAsync();

        Assert.Equal(["eth0", "lo"], _node.Namespace.Exec("ip -o link").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[1].Split('@')[0].TrimEnd(':')).Order());
        var rules = _node.Namespace.Exec("nft list ruleset");
        Assert.DoesNotContain("litekube", rules, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("table ip others", rules, StringComparison.Ordinal);
        Assert.Contains("198.51.100.0/24", rules, StringComparison.Ordinal);
        Assert.Equal("0", _node.Namespace.Exec("sysctl -n net.ipv4.conf.all.route_localnet").Trim());
        Assert.DoesNotContain("proto 76", _node.Namespace.Exec("ip route"), StringComparison.Ordinal);
    }

    private int Interfaces() => _node.Namespace.Exec("ip -o link").Split('\n').Count(line => line.Contains(": lkp", StringComparison.Ordinal));

    private void SetBridgeNetfilter(string value)
    {
        if (File.Exists("/proc/sys/net/bridge/bridge-nf-call-iptables"))
            _node.Namespace.Exec($"sysctl -qw net.bridge.bridge-nf-call-iptables={value}");
    }

    private static async Task<IEnumerable<string>> AnswersAsync(Func<Task<(string Text, string Client)>> ask)
    {
        // 40 draws from three leave one out once in ten million times.
        var answers = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 40; i++)
            answers.Add((await ask()).Text);
        return answers;
    }

    private Backend Web(int index) => new(IPAddress.Parse(_web[index].Address), 8080);

    private ServiceRoute Web() => new("default", "web", "tcp", 80, IPAddress.Parse("10.43.0.50"))
    {
        Endpoints = [Web(0), Web(1), Web(2)],
        LocalEndpoints = [Web(0), Web(1), Web(2)],
    };

    private static PacketRules Rules(params ServiceRoute[] routes) => new([.. routes.OrderBy(route => route.Id, StringComparer.Ordinal)], []);
}
