using System.Net;
using LiteKube.Network.Filter;
using LiteKube.Network.Filter.Nftables;
using LiteKube.Network.Proxy;

namespace LiteKube.Network.Tests.Filter;

public sealed class NftRendererTests
{
    private static readonly NetworkOptions s_options = new() { NodeName = "one" };
    private static readonly Backend s_a = new(IPAddress.Parse("10.42.0.2"), 8080);
    private static readonly Backend s_b = new(IPAddress.Parse("10.42.1.3"), 8080);
    private static readonly ServiceRoute s_web = new("default", "web", "tcp", 80, IPAddress.Parse("10.43.0.50")) { Endpoints = [s_a, s_b], LocalEndpoints = [s_a] };

    [Fact]
    public void A_ClusterIP_is_one_map_entry_and_one_chain() => AssertScript(s_web, """
        add chain ip litekube svc-default/web/tcp/80
        add rule ip litekube svc-default/web/tcp/80 meta l4proto tcp dnat to numgen random mod 2 map { 0 : 10.42.0.2 . 8080, 1 : 10.42.1.3 . 8080 }
        add element ip litekube cluster-ips { 10.43.0.50 . tcp . 80 : goto svc-default/web/tcp/80 }
        add element ip litekube hairpin { 10.42.0.2 . 10.42.0.2, 10.42.1.3 . 10.42.1.3 }
        """);

    [Fact]
    public void A_NodePort_is_masqueraded_unless_its_policy_is_Local()
    {
        AssertRules(s_web with { NodePort = 30080 }, "ext-default/web/tcp/80", "meta mark set meta mark or 0x4000", "goto svc-default/web/tcp/80");
        AssertRules(s_web with { NodePort = 30080, ExternalLocal = true }, "ext-default/web/tcp/80",
            "ip saddr 10.42.0.0/16 goto svc-default/web/tcp/80", "fib saddr type local meta mark set meta mark or 0x4000 goto svc-default/web/tcp/80", "goto loc-default/web/tcp/80");
        AssertRules(s_web with { NodePort = 30080, ExternalLocal = true, LocalEndpoints = [] }, "ext-default/web/tcp/80",
            "ip saddr 10.42.0.0/16 goto svc-default/web/tcp/80", "fib saddr type local meta mark set meta mark or 0x4000 goto svc-default/web/tcp/80", "drop");
    }

    [Fact]
    public void Affinity_looks_for_the_client_first()
    {
        AssertRules(s_web with { AffinitySeconds = 60 }, "svc-default/web/tcp/80",
            "ip saddr @affinity-default/web/tcp/80/10.42.0.2/8080/60 goto ep-default/web/tcp/80/10.42.0.2/8080",
            "ip saddr @affinity-default/web/tcp/80/10.42.1.3/8080/60 goto ep-default/web/tcp/80/10.42.1.3/8080",
            "numgen random mod 2 vmap { 0 : goto ep-default/web/tcp/80/10.42.0.2/8080, 1 : goto ep-default/web/tcp/80/10.42.1.3/8080 }");
    }

    [Fact]
    public void Without_endpoints_a_Service_is_refused_and_without_local_ones_dropped()
    {
        Assert.Equal("goto reject-all", Render(s_web with { Endpoints = [], LocalEndpoints = [] }).Sets["no-endpoints"].Elements!["10.43.0.50 . tcp . 80"]);
        Assert.Equal("goto drop-all", Render(s_web with { InternalLocal = true, LocalEndpoints = [] }).Sets["no-endpoints"].Elements!["10.43.0.50 . tcp . 80"]);
    }

    [Fact]
    public void A_change_of_endpoints_touches_one_chain()
    {
        var script = NftTransaction.Between("litekube", Render(s_web), Render(s_web with { Endpoints = [s_b] }));

        Assert.Equal("""
            flush chain ip litekube svc-default/web/tcp/80
            add rule ip litekube svc-default/web/tcp/80 meta l4proto tcp dnat to 10.42.1.3:8080

            """, script);
    }

    [Fact]
    public void A_Service_that_goes_takes_its_entry_before_its_chain()
    {
        var script = NftTransaction.Between("litekube", Render(s_web), Render());

        Assert.Equal("""
            delete element ip litekube cluster-ips { 10.43.0.50 . tcp . 80 : goto svc-default/web/tcp/80 }
            delete element ip litekube hairpin { 10.42.0.2 . 10.42.0.2, 10.42.1.3 . 10.42.1.3 }
            flush chain ip litekube svc-default/web/tcp/80
            delete chain ip litekube svc-default/web/tcp/80

            """, script);
    }

    [Fact]
    public void Nothing_changed_is_nothing_to_do() =>
        Assert.Empty(NftTransaction.Between("litekube", Render(s_web, s_web with { Name = "other", AffinitySeconds = 5 }), Render(s_web, s_web with { Name = "other", AffinitySeconds = 5 })));

    [Fact]
    public void Names_near_the_kernels_limit_become_digests()
    {
        var chains = Render(s_web with { Name = new string('a', 63), Namespace = new string('b', 63) }).Chains.Keys;

        Assert.All(chains, name => Assert.InRange(name.Length, 1, 120));
        Assert.Single(chains, name => name.StartsWith("svc-", StringComparison.Ordinal));
    }

    private static void AssertScript(ServiceRoute route, string expected) => Assert.Equal(expected + "\n", NftTransaction.Between("litekube", Render(), Render(route)));

    private static void AssertRules(ServiceRoute route, string chain, params string[] expected) => Assert.Equal(expected, Render(route).Chains[chain].Rules);

    private static NftRuleset Render(params ServiceRoute[] routes) => NftRenderer.Render(s_options, new PacketRules([.. routes], []));
}
