using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using LiteKube.Network.Proxy;

namespace LiteKube.Network.Filter.Nftables;

/// <summary>
/// Rules as an nftables table. Each packet that opens a connection is looked up once in each of a few maps, however many services there are;
/// the chain of the service found then picks an endpoint at random.
/// </summary>
internal sealed class NftRenderer(NetworkOptions options)
{
    private const string AddressKey = "type ipv4_addr . inet_proto . inet_service : verdict;";
    private const string PortKey = "type inet_proto . inet_service : verdict;";
    private const string Mark = "meta mark set meta mark or 0x4000";
    private const int MaxReadableName = 100;

    private readonly SortedDictionary<string, NftChain> _chains = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, NftSet> _sets = new(StringComparer.Ordinal);

    internal static NftRuleset Render(NetworkOptions options, PacketRules rules)
    {
        var renderer = new NftRenderer(options);
        renderer.AddFrame();
        foreach (var port in rules.HostPorts)
            renderer.AddHostPort(port);
        foreach (var route in rules.Routes)
            renderer.AddRoute(route);
        foreach (var address in rules.HairpinAddresses())
            renderer._sets["hairpin"].Elements![$"{address} . {address}"] = null;
        return new NftRuleset(renderer._sets, renderer._chains);
    }

    /// <summary>What is there whatever services there are. A set type change needs another name: sets in use cannot be redefined.</summary>
    private void AddFrame()
    {
        Set("hairpin", new NftSet(false, "type ipv4_addr . ipv4_addr;", Elements()));
        foreach (var map in (string[])["cluster-ips", "external-ips", "host-ports", "no-endpoints"])
            Set(map, new NftSet(true, AddressKey, Elements()));
        foreach (var map in (string[])["node-ports", "host-ports-any", "no-endpoints-node-ports"])
            Set(map, new NftSet(true, PortKey, Elements()));

        // Ahead of iptables' own nat chains (-100), so that whoever has these addresses and ports too comes second.
        Base("nat-prerouting", "type nat hook prerouting priority -110;", "jump dispatch");
        Base("nat-output", "type nat hook output priority -110;", "jump dispatch");
        Base("nat-postrouting", "type nat hook postrouting priority 90;",
            "meta mark and 0x4000 != 0 meta mark set meta mark and 0xffffbfff masquerade fully-random",
            "ip saddr . ip daddr @hairpin masquerade fully-random",
            $"oifname != \"lo\" ip saddr {options.ClusterCidr} ip daddr != {{ {options.ClusterCidr}, 224.0.0.0/4 }} masquerade fully-random");
        Base("filter-forward", "type filter hook forward priority -10;", "ct state new jump refuse");
        Base("filter-input", "type filter hook input priority -10;", "ct state new jump refuse");
        Base("filter-output", "type filter hook output priority -10;", "ct state new jump refuse");
        // route_localnet, which NodePorts on 127.0.0.1 need, must not open the loopback to the wire.
        Base("guard-prerouting", "type filter hook prerouting priority -310;", "iifname != \"lo\" ip daddr 127.0.0.0/8 drop", "iifname != \"lo\" ip saddr 127.0.0.0/8 drop");

        Chain("dispatch",
            $"ip daddr {options.DnsAddress} return",
            "ip daddr . meta l4proto . th dport vmap @host-ports",
            "fib daddr type local meta l4proto . th dport vmap @host-ports-any",
            "fib daddr type local meta l4proto . th dport vmap @node-ports",
            "ip daddr . meta l4proto . th dport vmap @external-ips",
            $"ip daddr {options.ServiceCidr} ip saddr != {options.ClusterCidr} {Mark}",
            "ip daddr . meta l4proto . th dport vmap @cluster-ips");
        Chain("refuse",
            "ip daddr . meta l4proto . th dport vmap @no-endpoints",
            "fib daddr type local meta l4proto . th dport vmap @no-endpoints-node-ports",
            $"ip daddr {options.ServiceCidr} fib daddr type != local reject");
        Chain("reject-all", "reject");
        Chain("drop-all", "drop");
    }

    private void AddHostPort(HostPortRoute port)
    {
        var name = Name("host", port.Id);
        Chain(name, $"ip saddr 127.0.0.0/8 {Mark}", DestinationNat(port.Protocol, [port.Backend]));
        if (port.HostIP is null)
            _sets["host-ports-any"].Elements![$"{port.Protocol} . {port.Port}"] = $"goto {name}";
        else
            _sets["host-ports"].Elements![$"{port.HostIP} . {port.Protocol} . {port.Port}"] = $"goto {name}";
    }

    private void AddRoute(ServiceRoute route)
    {
        var cluster = Pick("svc", route, route.Endpoints);
        var local = route.InternalLocal || (route.ExternalLocal && route.HasExternalAddress) ? Pick("loc", route, route.LocalEndpoints) : null;
        // Endpoints elsewhere but none here where only local ones may be used: dropped, as the client may retry at another node.
        var refusal = route.Endpoints.IsEmpty ? "goto reject-all" : "goto drop-all";
        Lead("cluster-ips", "no-endpoints", $"{route.ClusterIP} . {route.Protocol} . {route.Port}", route.InternalLocal ? local : cluster, refusal);
        if (!route.HasExternalAddress)
            return;

        var external = External(route, cluster, local);
        if (route.NodePort != 0)
            Lead("node-ports", "no-endpoints-node-ports", $"{route.Protocol} . {route.NodePort}", external, refusal);
        foreach (var address in route.ExternalIPs)
            Lead("external-ips", "no-endpoints", $"{address} . {route.Protocol} . {route.Port}", external, refusal);
        var balanced = external;
        if (external is not null && !route.SourceRanges.IsEmpty && !route.LoadBalancerIPs.IsEmpty)
        {
            balanced = Name("lb", route.Id);
            Chain(balanced, $"ip saddr {{ {string.Join(", ", route.SourceRanges)} }} goto {external}", "drop");
        }

        foreach (var address in route.LoadBalancerIPs)
            Lead("external-ips", "no-endpoints", $"{address} . {route.Protocol} . {route.Port}", balanced, refusal);
    }

    private void Lead(string map, string refused, string key, string? chain, string refusal)
    {
        if (chain is null)
            _sets[refused].Elements![key] = refusal;
        else
            _sets[map].Elements![key] = $"goto {chain}";
    }

    private string? External(ServiceRoute route, string? cluster, string? local)
    {
        if (cluster is null)
            return null;
        var name = Name("ext", route.Id);
        if (route.ExternalLocal)
            // Pods and the node itself are inside: they may go anywhere.
            Chain(name, $"ip saddr {options.ClusterCidr} goto {cluster}", $"fib saddr type local {Mark} goto {cluster}", local is null ? "drop" : $"goto {local}");
        else
            Chain(name, Mark, $"goto {cluster}");
        return name;
    }

    /// <summary>The chain that picks one of the endpoints; null where there are none.</summary>
    private string? Pick(string prefix, ServiceRoute route, ImmutableArray<Backend> endpoints)
    {
        if (endpoints.IsEmpty)
            return null;
        var name = Name(prefix, route.Id);
        if (route.AffinitySeconds == 0)
        {
            Chain(name, DestinationNat(route.Protocol, endpoints));
            return name;
        }

        var sticky = endpoints.Select(endpoint => Sticky(route, endpoint)).ToList();
        var rules = sticky.Select(chain => $"ip saddr @{chain.Set} goto {chain.Chain}").ToList();
        rules.Add(sticky.Count == 1 ? $"goto {sticky[0].Chain}" : $"numgen random mod {sticky.Count} vmap {{ {string.Join(", ", sticky.Select((chain, i) => $"{i} : goto {chain.Chain}"))} }}");
        _chains[name] = new NftChain(null, rules);
        return name;
    }

    /// <summary>An endpoint that remembers its clients, in a set that the kernel fills and empties.</summary>
    private (string Set, string Chain) Sticky(ServiceRoute route, Backend endpoint)
    {
        var id = $"{route.Id}/{endpoint.Address}/{endpoint.Port}";
        var set = Name("affinity", $"{id}/{route.AffinitySeconds}");
        var chain = Name("ep", id);
        Set(set, new NftSet(false, $"type ipv4_addr; flags dynamic, timeout; timeout {route.AffinitySeconds}s;", null));
        Chain(chain, $"update @{set} {{ ip saddr }}", DestinationNat(route.Protocol, [endpoint]));
        return (set, chain);
    }

    private static string DestinationNat(string protocol, ImmutableArray<Backend> endpoints)
    {
        if (endpoints.Length == 1)
            return $"meta l4proto {protocol} dnat to {endpoints[0]}";
        var text = new StringBuilder($"meta l4proto {protocol} dnat to numgen random mod {endpoints.Length} map {{ ");
        for (var i = 0; i < endpoints.Length; i++)
            text.Append(i == 0 ? "" : ", ").Append(i).Append(" : ").Append(endpoints[i].Address).Append(" . ").Append(endpoints[i].Port);
        return text.Append(" }").ToString();
    }

    /// <summary>Readable in <c>nft list</c>; a digest where the kernel's limit on names is near.</summary>
    private static string Name(string prefix, string id) =>
        id.Length <= MaxReadableName ? $"{prefix}-{id}" : $"{prefix}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16))}";

    private static SortedDictionary<string, string?> Elements() => new(StringComparer.Ordinal);

    private void Set(string name, NftSet set) => _sets[name] = set;

    private void Chain(string name, params string[] rules) => _chains[name] = new NftChain(null, rules);

    private void Base(string name, string hook, params string[] rules) => _chains[name] = new NftChain(hook, rules);
}
