using System.Net;
using LiteKube.Network.Filter;
using LiteKube.Network.Filter.Iptables;
using LiteKube.Network.Proxy;

namespace LiteKube.Network.Tests.Filter;

public sealed class IptablesRendererTests
{
    private static readonly NetworkOptions s_options = new() { NodeName = "one" };
    private static readonly ServiceRoute s_web = new("default", "web", "tcp", 80, IPAddress.Parse("10.43.0.50"))
    {
        Endpoints = [new Backend(IPAddress.Parse("10.42.0.2"), 8080), new Backend(IPAddress.Parse("10.42.1.3"), 8080)],
        LocalEndpoints = [new Backend(IPAddress.Parse("10.42.0.2"), 8080)],
    };

    [Fact]
    public void Every_chain_is_declared_once_and_fits_the_limit_on_names()
    {
        var text = Render(s_web with { NodePort = 30080, AffinitySeconds = 60, ExternalLocal = true });

        var declared = text.Split('\n').Where(line => line.StartsWith(':')).Select(line => line[1..].Split(' ')[0]).ToList();
        Assert.Equal(declared.Count, declared.Distinct().Count());
        Assert.All(declared, name => Assert.InRange(name.Length, 1, 28));
        Assert.All(declared, name => Assert.StartsWith("LITEKUBE-", name, StringComparison.Ordinal));
        var used = text.Split('\n').Where(line => line.StartsWith("-A ", StringComparison.Ordinal)).SelectMany(line => line.Split(' ')).Where(word => word.StartsWith("LITEKUBE-", StringComparison.Ordinal));
        Assert.Empty(used.Except(declared));
    }

    [Fact]
    public void Chances_make_an_even_spread()
    {
        var lines = Render(s_web).Split('\n');

        Assert.Single(lines, line => line.Contains("--probability 0.5000000000", StringComparison.Ordinal));
        Assert.Single(lines, line => line.EndsWith("-j DNAT --to-destination 10.42.1.3:8080", StringComparison.Ordinal));
    }

    [Fact]
    public void Chains_of_before_are_emptied_and_deleted()
    {
        var (text, chains) = IptablesRenderer.Render(s_options, PacketRules.Empty, ["LITEKUBE-SV-OLD", "LITEKUBE-DISPATCH"]);

        Assert.Contains(":LITEKUBE-SV-OLD - [0:0]\n", text, StringComparison.Ordinal);
        Assert.Contains("-X LITEKUBE-SV-OLD\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("-X LITEKUBE-DISPATCH", text, StringComparison.Ordinal);
        Assert.Equal(["LITEKUBE-DISPATCH", "LITEKUBE-POSTROUTING"], chains);
    }

    private static string Render(params ServiceRoute[] routes) => IptablesRenderer.Render(s_options, new PacketRules([.. routes], []), []).Text;
}
