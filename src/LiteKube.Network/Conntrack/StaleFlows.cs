using System.Net;
using LiteKube.Network.Filter;
using LiteKube.Network.Proxy;

namespace LiteKube.Network.Conntrack;

/// <summary>
/// Which tracked UDP conversations a change of rules leaves behind. A conversation stays with its endpoint for as long as datagrams come,
/// so a client that never pauses would go on sending to an endpoint that is gone, or to nobody where there was none at first.
/// </summary>
internal sealed class StaleFlows
{
    /// <summary>Key of ports on every address of the node.</summary>
    private static readonly IPAddress s_any = IPAddress.Any;

    private readonly Dictionary<Backend, (HashSet<Backend> Before, HashSet<Backend> Now)> _changed = [];

    private StaleFlows()
    {
    }

    internal bool IsEmpty => _changed.Count == 0;

    internal static StaleFlows Between(PacketRules before, PacketRules now)
    {
        var stale = new StaleFlows();
        var old = Destinations(before);
        var current = Destinations(now);
        foreach (var key in old.Keys.Union(current.Keys))
        {
            var was = old.GetValueOrDefault(key) ?? [];
            var @is = current.GetValueOrDefault(key) ?? [];
            if (!was.SetEquals(@is))
                stale._changed[key] = (was, @is);
        }

        return stale;
    }

    internal bool Contains(UdpFlow flow)
    {
        if (_changed.TryGetValue(flow.Destination, out var exact))
            return !exact.Now.Contains(flow.Answerer);
        if (!_changed.TryGetValue(new Backend(s_any, flow.Destination.Port), out var port))
            return false;
        // A node's port number means nothing on addresses that are not the node's: only what was ours, or would now become ours.
        return flow.IsTranslated ? port.Before.Contains(flow.Answerer) && !port.Now.Contains(flow.Answerer) : port.Now.Count > 0;
    }

    private static Dictionary<Backend, HashSet<Backend>> Destinations(PacketRules rules)
    {
        var destinations = new Dictionary<Backend, HashSet<Backend>>();
        foreach (var route in rules.Routes.Where(route => route.Protocol == "udp"))
        {
            var endpoints = route.Endpoints.Concat(route.LocalEndpoints);
            Add(new Backend(route.ClusterIP, route.Port), route.InternalEndpoints);
            if (route.NodePort != 0)
                Add(new Backend(s_any, route.NodePort), endpoints);
            foreach (var address in route.ExternalIPs.Concat(route.LoadBalancerIPs))
                Add(new Backend(address, route.Port), endpoints);
        }

        foreach (var port in rules.HostPorts.Where(port => port.Protocol == "udp"))
            Add(new Backend(port.HostIP ?? s_any, port.Port), [port.Backend]);
        return destinations;

        void Add(Backend destination, IEnumerable<Backend> endpoints)
        {
            if (!destinations.TryGetValue(destination, out var known))
                destinations[destination] = known = [];
            known.UnionWith(endpoints);
        }
    }
}
