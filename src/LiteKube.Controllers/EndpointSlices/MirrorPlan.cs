using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;
using EndpointPort = LiteKube.Api.Discovery.V1.EndpointPort;

namespace LiteKube.Controllers.EndpointSlices;

/// <summary>An Endpoints object said in slices: its addresses of one family, grouped by the ports they serve.</summary>
internal static class MirrorPlan
{
    /// <summary>How many addresses of a subset are mirrored; the rest is left out, as Kubernetes does.</summary>
    private const int MaxOfSubset = 1000;

    public static List<SlicePlan.Group> For(Endpoints endpoints, string family)
    {
        var groups = new Dictionary<string, SlicePlan.Group>(StringComparer.Ordinal);
        foreach (var subset in endpoints.Subsets)
        {
            var ports = subset.Ports.Select(p => new EndpointPort { Name = p.Name ?? "", Port = p.Port, Protocol = p.Protocol ?? "TCP", AppProtocol = p.AppProtocol }).ToList();
            var members = subset.Addresses.Select(a => EndpointOf(a, ready: true)).Concat(subset.NotReadyAddresses.Select(a => EndpointOf(a, ready: false)))
                .Where(e => e.Addresses[0].Contains(':') == (family == "IPv6")).Take(MaxOfSubset).ToList();
            if (members.Count == 0)
                continue;
            var key = SlicePlan.KeyOf(ports);
            if (!groups.TryGetValue(key, out var group))
                groups[key] = group = new SlicePlan.Group(ports, []);
            group.Endpoints.AddRange(members);
        }

        return [.. groups.Values];
    }

    private static Endpoint EndpointOf(EndpointAddress address, bool ready) => new()
    {
        Addresses = [address.Ip],
        Conditions = new EndpointConditions { Ready = ready },
        Hostname = string.IsNullOrEmpty(address.Hostname) ? null : address.Hostname,
        NodeName = address.NodeName,
        TargetRef = address.TargetRef,
    };
}
