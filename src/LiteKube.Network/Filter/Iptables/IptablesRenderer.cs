using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LiteKube.Network.Proxy;

namespace LiteKube.Network.Filter.Iptables;

/// <summary>
/// The rules for machines without nftables, as input of <c>iptables-restore --noflush</c>: every chain named here is replaced whole, all at once.
/// Same meaning as the nftables rules; each connection walks a list of services instead of a map.
/// </summary>
internal sealed class IptablesRenderer
{
    private const string MarkMasquerade = "-j MARK --or-mark 0x4000";
    private readonly NetworkOptions _options;
    private readonly string _prefix;
    private readonly SortedDictionary<string, List<string>> _nat = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<string>> _filter = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<string>> _raw = new(StringComparer.Ordinal);

    private IptablesRenderer(NetworkOptions options)
    {
        _options = options;
        _prefix = options.TableName.ToUpperInvariant();
    }

    /// <summary>Chains of LiteKube's and the built-in chains that jump to them.</summary>
    internal static IEnumerable<(string Table, string From, string To)> Jumps(NetworkOptions options)
    {
        var prefix = options.TableName.ToUpperInvariant();
        return
        [
            ("raw", "PREROUTING", $"{prefix}-GUARD"),
            ("nat", "PREROUTING", $"{prefix}-DISPATCH"),
            ("nat", "OUTPUT", $"{prefix}-DISPATCH"),
            ("nat", "POSTROUTING", $"{prefix}-POSTROUTING"),
            ("filter", "FORWARD", $"{prefix}-REFUSE"),
            ("filter", "INPUT", $"{prefix}-REFUSE"),
            ("filter", "OUTPUT", $"{prefix}-REFUSE"),
        ];
    }

    /// <param name="stale">Own chains of the nat table that are there now; those no longer wanted go.</param>
    internal static (string Text, IReadOnlyCollection<string> NatChains) Render(NetworkOptions options, PacketRules rules, IEnumerable<string> stale)
    {
        var renderer = new IptablesRenderer(options);
        renderer.AddAll(rules);
        var text = new StringBuilder();
        Write(text, "raw", renderer._raw, []);
        Write(text, "nat", renderer._nat, stale.Where(chain => !renderer._nat.ContainsKey(chain)).Order(StringComparer.Ordinal));
        Write(text, "filter", renderer._filter, []);
        return (text.ToString(), renderer._nat.Keys);
    }

    private void AddAll(PacketRules rules)
    {
        Chain(_raw, $"{_prefix}-GUARD").AddRange(["! -i lo -d 127.0.0.0/8 -j DROP", "! -i lo -s 127.0.0.0/8 -j DROP"]);
        var dispatch = Chain(_nat, $"{_prefix}-DISPATCH");
        var refuse = Chain(_filter, $"{_prefix}-REFUSE");
        dispatch.Add($"-d {_options.DnsAddress} -j RETURN");
        // Those bound to an address win over those for all.
        foreach (var port in rules.HostPorts.OrderBy(port => port.HostIP is null))
            AddHostPort(dispatch, port);
        foreach (var route in rules.Routes)
            AddRoute(dispatch, refuse, route);
        refuse.Add($"-m conntrack --ctstate NEW -d {_options.ServiceCidr} -m addrtype ! --dst-type LOCAL -j REJECT");

        var postrouting = Chain(_nat, $"{_prefix}-POSTROUTING");
        postrouting.Add("-m mark --mark 0x4000/0x4000 -j MASQUERADE --random-fully");
        postrouting.AddRange(rules.HairpinAddresses().Select(address => $"-s {address} -d {address} -j MASQUERADE --random-fully"));
        postrouting.Add("-o lo -j RETURN");
        postrouting.Add($"-s {_options.ClusterCidr} -d {_options.ClusterCidr} -j RETURN");
        postrouting.Add($"-s {_options.ClusterCidr} -d 224.0.0.0/4 -j RETURN");
        postrouting.Add($"-s {_options.ClusterCidr} -j MASQUERADE --random-fully");
    }

    private void AddHostPort(List<string> dispatch, HostPortRoute port)
    {
        var chain = Name("HP", port.Id);
        Chain(_nat, chain).AddRange([$"-s 127.0.0.0/8 {MarkMasquerade}", $"-p {port.Protocol} -j DNAT --to-destination {port.Backend}"]);
        var destination = port.HostIP is null ? "-m addrtype --dst-type LOCAL" : $"-d {port.HostIP}";
        dispatch.Add($"-p {port.Protocol} {destination} --dport {port.Port} -j {chain}");
    }

    private void AddRoute(List<string> dispatch, List<string> refuse, ServiceRoute route)
    {
        var cluster = Pick("SV", route, route.Endpoints);
        var local = route.InternalLocal || (route.ExternalLocal && route.HasExternalAddress) ? Pick("LO", route, route.LocalEndpoints) : null;
        var refusal = route.Endpoints.IsEmpty ? "REJECT" : "DROP";
        var protocol = $"-p {route.Protocol}";

        var inner = route.InternalLocal ? local : cluster;
        var match = $"{protocol} -d {route.ClusterIP} --dport {route.Port}";
        if (inner is null)
        {
            refuse.Add($"-m conntrack --ctstate NEW {match} -j {refusal}");
        }
        else
        {
            dispatch.Add($"{match} ! -s {_options.ClusterCidr} {MarkMasquerade}");
            dispatch.Add($"{match} -j {inner}");
        }

        if (!route.HasExternalAddress)
            return;
        var external = External(route, cluster, local);
        // nat cannot drop: who may not use the load balancer's address is left without a new destination, and dropped as a stranger to it.
        if (external is not null && !route.SourceRanges.IsEmpty)
            refuse.AddRange(route.LoadBalancerIPs.Select(address => $"-m conntrack --ctstate NEW {protocol} -d {address} --dport {route.Port} -j DROP"));
        foreach (var outer in ExternalMatches(route, external))
        {
            if (external is null)
                refuse.Add($"-m conntrack --ctstate NEW {protocol} {outer.Match} -j {refusal}");
            else
                dispatch.Add($"{protocol} {outer.Match} -j {outer.Chain}");
        }
    }

    private IEnumerable<(string Match, string? Chain)> ExternalMatches(ServiceRoute route, string? external)
    {
        if (route.NodePort != 0)
            yield return ($"-m addrtype --dst-type LOCAL --dport {route.NodePort}", external);
        foreach (var address in route.ExternalIPs)
            yield return ($"-d {address} --dport {route.Port}", external);
        foreach (var address in route.LoadBalancerIPs)
        {
            foreach (var range in route.SourceRanges)
                yield return ($"-d {address} --dport {route.Port} -s {range}", external);
            if (route.SourceRanges.IsEmpty)
                yield return ($"-d {address} --dport {route.Port}", external);
        }
    }

    private string? External(ServiceRoute route, string? cluster, string? local)
    {
        if (cluster is null)
            return null;
        var name = Name("EX", route.Id);
        var rules = Chain(_nat, name);
        if (!route.ExternalLocal)
        {
            rules.AddRange([MarkMasquerade, $"-j {cluster}"]);
            return name;
        }

        rules.Add($"-s {_options.ClusterCidr} -j {cluster}");
        rules.Add($"-m addrtype --src-type LOCAL {MarkMasquerade}");
        rules.Add($"-m addrtype --src-type LOCAL -j {cluster}");
        if (local is not null)
            rules.Add($"-j {local}");
        return name;
    }

    private string? Pick(string kind, ServiceRoute route, ImmutableArray<Backend> endpoints)
    {
        if (endpoints.IsEmpty)
            return null;
        var name = Name(kind, route.Id);
        var rules = Chain(_nat, name);
        var targets = endpoints.Select(endpoint => (Endpoint: endpoint, Chain: Target(route, endpoint))).ToList();
        if (route.AffinitySeconds > 0)
            rules.AddRange(targets.Select(target => $"-m recent --name {target.Chain} --rcheck --seconds {route.AffinitySeconds} --reap --rsource -j {target.Chain}"));
        for (var i = 0; i < targets.Count; i++)
        {
            var rest = targets.Count - i;
            var chance = rest == 1 ? "" : $"-m statistic --mode random --probability {(1.0 / rest).ToString("0.0000000000", CultureInfo.InvariantCulture)} ";
            rules.Add($"{chance}-j {targets[i].Chain}");
        }

        return name;
    }

    private string Target(ServiceRoute route, Backend endpoint)
    {
        var name = Name("EP", $"{route.Id}/{endpoint}/{route.AffinitySeconds}");
        if (_nat.ContainsKey(name))
            return name;
        var remember = route.AffinitySeconds > 0 ? $"-m recent --name {name} --set --rsource " : "";
        Chain(_nat, name).Add($"-p {route.Protocol} {remember}-j DNAT --to-destination {endpoint}");
        return name;
    }

    /// <summary>At most 28 characters.</summary>
    private string Name(string kind, string id) => $"{_prefix}-{kind}-{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 7))}";

    private static List<string> Chain(SortedDictionary<string, List<string>> table, string name)
    {
        if (!table.TryGetValue(name, out var rules))
            table[name] = rules = [];
        return rules;
    }

    private static void Write(StringBuilder text, string table, SortedDictionary<string, List<string>> chains, IEnumerable<string> stale)
    {
        var gone = stale.ToList();
        text.Append('*').Append(table).Append('\n');
        foreach (var chain in chains.Keys.Concat(gone))
            text.Append(':').Append(chain).Append(" - [0:0]\n");
        foreach (var (chain, rules) in chains)
            foreach (var rule in rules)
                text.Append("-A ").Append(chain).Append(' ').Append(rule).Append('\n');
        foreach (var chain in gone)
            text.Append("-X ").Append(chain).Append('\n');
        text.Append("COMMIT\n");
    }
}
