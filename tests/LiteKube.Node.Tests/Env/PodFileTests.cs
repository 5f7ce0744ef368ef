using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Node.PodFiles;

namespace LiteKube.Node.Tests.Env;

public sealed class PodFileTests
{
    private static readonly ResolverConfig s_host = ResolverConfig.Parse("# comment\nnameserver 192.0.2.53\nsearch example.com\noptions timeout:2\n");

    [Fact]
    public void A_hosts_file_names_the_pod_and_its_aliases()
    {
        var pod = Pod(s => s with { Hostname = "web-0", Subdomain = "web", HostAliases = [new HostAlias { Ip = "123.45.67.89", Hostnames = ["foo", "bar"] }] });

        var text = HostsFile.OfPod(pod, ["10.42.0.5"], "cluster.local");

        Assert.StartsWith("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n", text);
        Assert.Contains("\n10.42.0.5\tweb-0.web.shop.svc.cluster.local\tweb-0\n", text);
        Assert.EndsWith("# Entries added by HostAliases.\n123.45.67.89\tfoo\tbar\n", text);
    }

    [Fact]
    public void On_the_hosts_network_the_hosts_file_is_the_hosts_own_under_another_header() =>
        Assert.Equal("# Kubernetes-managed hosts file (host network).\n127.0.0.1 x\n", HostsFile.OnHostNetwork(Pod(s => s), "127.0.0.1 x\n"));

    [Theory]
    [InlineData("ClusterFirst", false, "search shop.svc.cluster.local svc.cluster.local cluster.local example.com\nnameserver 10.43.0.10\noptions ndots:5\n")]
    [InlineData("ClusterFirst", true, "search example.com\nnameserver 192.0.2.53\noptions timeout:2\n")]
    [InlineData("ClusterFirstWithHostNet", true, "search shop.svc.cluster.local svc.cluster.local cluster.local example.com\nnameserver 10.43.0.10\noptions ndots:5\n")]
    [InlineData("Default", false, "search example.com\nnameserver 192.0.2.53\noptions timeout:2\n")]
    [InlineData("None", false, "")]
    public void The_dns_policy_decides_whom_a_pod_asks(string policy, bool hostNetwork, string expected) =>
        Assert.Equal(expected, PodResolver.Of(Pod(s => s with { DnsPolicy = policy, HostNetwork = hostNetwork }), s_host, ["10.43.0.10"], "cluster.local").Format());

    [Fact]
    public void A_dnsConfig_adds_and_overrides_within_the_resolvers_bounds()
    {
        var config = new PodDNSConfig
        {
            Nameservers = ["1.1.1.1", "2.2.2.2", "3.3.3.3", "10.43.0.10"],
            Searches = [.. Enumerable.Range(0, 40).Select(i => $"s{i}.example.com")],
            Options = [new PodDNSConfigOption { Name = "ndots", Value = "2" }, new PodDNSConfigOption { Name = "edns0" }],
        };

        var result = PodResolver.Of(Pod(s => s with { DnsPolicy = "ClusterFirst", DnsConfig = config }), s_host, ["10.43.0.10"], "cluster.local");

        Assert.Equal(["10.43.0.10", "1.1.1.1", "2.2.2.2"], result.Nameservers);
        Assert.Equal(32, result.Searches.Count);
        Assert.Equal(["ndots:2", "edns0"], result.Options);
    }

    private static Pod Pod(Func<PodSpec, PodSpec> change) => new() { Metadata = new ObjectMeta { Name = "web", Namespace = "shop" }, Spec = change(new PodSpec()) };
}
