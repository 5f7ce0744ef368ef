using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;

namespace LiteKube.Network.Proxy;

/// <summary>
/// Services and EndpointSlices to routes, without I/O. An endpoint counts when it is ready; where none is, those that still serve while they terminate do
/// (KEP-1669), separately for the cluster and for this node.
/// </summary>
internal sealed class RouteBuilder(string nodeName, IPAddress dnsAddress)
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";
    private const string ForeignProxyLabel = "service.kubernetes.io/service-proxy-name";
    private const string HeadlessLabel = "service.kubernetes.io/headless";

    /// <summary>Ordered by id.</summary>
    internal ImmutableArray<ServiceRoute> Build(IEnumerable<Service> services, IEnumerable<EndpointSlice> slices)
    {
        var byService = slices
            .Where(slice => slice.AddressType == "IPv4" && slice.Metadata.Labels.ContainsKey(ServiceNameLabel))
            .ToLookup(slice => (slice.Metadata.Namespace ?? "", slice.Metadata.Labels[ServiceNameLabel]));
        return [.. services
            .Where(IsProxied)
            .SelectMany(service => Routes(service, byService[(service.Metadata.Namespace ?? "", service.Metadata.Name ?? "")]))
            .OrderBy(route => route.Id, StringComparer.Ordinal)];
    }

    private bool IsProxied(Service service) =>
        service.Spec.Type != "ExternalName"
        && !service.Metadata.Labels.ContainsKey(ForeignProxyLabel)
        && !service.Metadata.Labels.ContainsKey(HeadlessLabel)
        && ClusterIP(service) is { } address && !address.Equals(dnsAddress);

    private static IPAddress? ClusterIP(Service service) =>
        service.Spec.ClusterIPs.Prepend(service.Spec.ClusterIP ?? "").Select(ParseIPv4).FirstOrDefault(address => address is not null);

    private IEnumerable<ServiceRoute> Routes(Service service, IEnumerable<EndpointSlice> slices)
    {
        var spec = service.Spec;
        var known = slices as IReadOnlyCollection<EndpointSlice> ?? [.. slices];
        foreach (var port in spec.Ports)
        {
            var endpoints = Endpoints(known, port).ToList();
            yield return new ServiceRoute(service.Metadata.Namespace ?? "", service.Metadata.Name ?? "", Protocol(port.Protocol), port.Port, ClusterIP(service)!)
            {
                NodePort = spec.Type is "NodePort" or "LoadBalancer" ? port.NodePort ?? 0 : 0,
                ExternalIPs = Addresses(spec.ExternalIPs),
                LoadBalancerIPs = spec.Type == "LoadBalancer" ? Addresses(service.Status.LoadBalancer?.Ingress.Where(ingress => ingress.IpMode != "Proxy").Select(ingress => ingress.Ip ?? "") ?? []) : [],
                SourceRanges = [.. spec.LoadBalancerSourceRanges.Select(range => range.Trim()).Where(range => IPNetwork.TryParse(range, out var network) && network.BaseAddress.AddressFamily == AddressFamily.InterNetwork).Order(StringComparer.Ordinal)],
                AffinitySeconds = spec.SessionAffinity == "ClientIP" ? spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds ?? 10800 : 0,
                InternalLocal = spec.InternalTrafficPolicy == "Local",
                ExternalLocal = spec.ExternalTrafficPolicy == "Local",
                Endpoints = Usable(endpoints),
                LocalEndpoints = Usable(endpoints.Where(endpoint => endpoint.Endpoint.NodeName == nodeName)),
            };
        }
    }

    private static IEnumerable<(Endpoint Endpoint, Backend Backend)> Endpoints(IEnumerable<EndpointSlice> slices, ServicePort port) =>
        from slice in slices
        from slicePort in slice.Ports
        where (slicePort.Name ?? "") == (port.Name ?? "") && Protocol(slicePort.Protocol) == Protocol(port.Protocol) && slicePort.Port is not null
        from endpoint in slice.Endpoints
        // All addresses of an endpoint lead to the same thing; the first is the one to use.
        let address = endpoint.Addresses.Count == 0 ? null : ParseIPv4(endpoint.Addresses[0])
        where address is not null
        select (endpoint, new Backend(address, slicePort.Port!.Value));

    private static ImmutableArray<Backend> Usable(IEnumerable<(Endpoint Endpoint, Backend Backend)> endpoints)
    {
        var all = endpoints as IReadOnlyCollection<(Endpoint Endpoint, Backend Backend)> ?? [.. endpoints];
        var ready = Backends(all, endpoint => endpoint.Conditions?.Ready ?? true);
        return !ready.IsEmpty ? ready : Backends(all, endpoint => endpoint.Conditions is { Serving: true, Terminating: true });
    }

    private static ImmutableArray<Backend> Backends(IEnumerable<(Endpoint Endpoint, Backend Backend)> endpoints, Func<Endpoint, bool> counts) =>
        [.. endpoints.Where(endpoint => counts(endpoint.Endpoint)).Select(endpoint => endpoint.Backend).Distinct().Order()];

    private static string Protocol(string? protocol) => protocol switch
    {
        "UDP" => "udp",
        "SCTP" => "sctp",
        _ => "tcp",
    };

    private static ImmutableArray<IPAddress> Addresses(IEnumerable<string> texts) =>
        [.. texts.Select(ParseIPv4).OfType<IPAddress>().Distinct().OrderBy(address => address.ToString(), StringComparer.Ordinal)];

    private static IPAddress? ParseIPv4(string text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork ? address : null;
}
