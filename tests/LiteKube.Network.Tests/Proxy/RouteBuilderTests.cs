using System.Net;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Network.Proxy;
using SlicePort = LiteKube.Api.Discovery.V1.EndpointPort;

namespace LiteKube.Network.Tests.Proxy;

public sealed class RouteBuilderTests
{
    private static readonly EndpointConditions s_ready = new() { Ready = true, Serving = true, Terminating = false };
    private static readonly EndpointConditions s_leaving = new() { Ready = false, Serving = true, Terminating = true };
    private static readonly EndpointConditions s_broken = new() { Ready = false, Serving = false, Terminating = false };

    [Fact]
    public void Endpoints_of_several_slices_are_merged_by_port_name()
    {
        var service = Web(new ServicePort { Name = "p80", Port = 80 }, new ServicePort { Name = "p81", Port = 81 });

        var routes = Build(service,
            Slice("a", [new SlicePort { Name = "p80", Port = 8090, Protocol = "TCP" }], At("10.42.0.2", s_ready), At("10.42.0.3", s_ready)),
            Slice("b", [new SlicePort { Name = "p81", Port = 9090, Protocol = "TCP" }], At("10.42.0.2", s_ready)),
            Slice("c", [new SlicePort { Name = "p80", Port = 8090, Protocol = "TCP" }], At("10.42.1.4", s_ready, "two"), At("10.42.0.2", s_ready)));

        Assert.Equal(["default/web/tcp/80", "default/web/tcp/81"], routes.Select(route => route.Id));
        Assert.Equal("10.42.0.2:8090 10.42.0.3:8090 10.42.1.4:8090", Text(routes[0].Endpoints));
        Assert.Equal("10.42.0.2:8090 10.42.0.3:8090", Text(routes[0].LocalEndpoints));
        Assert.Equal("10.42.0.2:9090", Text(routes[1].Endpoints));
    }

    [Fact]
    public void TCP_and_UDP_on_one_port_are_apart()
    {
        var routes = Build(
            Web(new ServicePort { Name = "dns", Port = 53, Protocol = "UDP" }, new ServicePort { Name = "dns-tcp", Port = 53, Protocol = "TCP" }),
            Slice("a", [new SlicePort { Name = "dns", Port = 5353, Protocol = "UDP" }, new SlicePort { Name = "dns-tcp", Port = 5354, Protocol = "TCP" }], At("10.42.0.2", s_ready)));

        Assert.Equal(["tcp 10.42.0.2:5354", "udp 10.42.0.2:5353"], routes.Select(route => $"{route.Protocol} {Text(route.Endpoints)}"));
    }

    [Fact]
    public void Unready_endpoints_do_not_count_while_one_is_ready()
    {
        var route = Assert.Single(Build(Web(), Slice("a", Ports(), At("10.42.0.2", s_ready), At("10.42.0.3", s_leaving), At("10.42.0.4", s_broken), At("10.42.0.5", null))));

        Assert.Equal("10.42.0.2:8080 10.42.0.5:8080", Text(route.Endpoints));
    }

    [Fact]
    public void Where_none_is_ready_those_that_serve_while_terminating_do()
    {
        var route = Assert.Single(Build(Web(), Slice("a", Ports(), At("10.42.0.3", s_leaving), At("10.42.0.4", s_broken), At("10.42.1.4", s_ready, "two"))));

        Assert.Equal("10.42.1.4:8080", Text(route.Endpoints));
        Assert.Equal("10.42.0.3:8080", Text(route.LocalEndpoints));
    }

    [Fact]
    public void Policies_affinity_and_addresses_come_along()
    {
        var service = Web();
        var route = Assert.Single(Build(service with
        {
            Spec = service.Spec with
            {
                Type = "LoadBalancer",
                SessionAffinity = "ClientIP",
                InternalTrafficPolicy = "Local",
                ExternalTrafficPolicy = "Local",
                ExternalIPs = ["203.0.113.1", "2001:db8::1"],
                LoadBalancerSourceRanges = ["192.0.2.0/24 ", "nonsense"],
                Ports = [new ServicePort { Name = "http", Port = 80, NodePort = 30080 }],
            },
            Status = new ServiceStatus { LoadBalancer = new LoadBalancerStatus { Ingress = [new LoadBalancerIngress { Ip = "203.0.113.2" }, new LoadBalancerIngress { Ip = "203.0.113.3", IpMode = "Proxy" }, new LoadBalancerIngress { Hostname = "lb.example" }] } },
        }));

        Assert.Equal((30080, 10800, true, true), (route.NodePort, route.AffinitySeconds, route.InternalLocal, route.ExternalLocal));
        Assert.Equal("203.0.113.1", string.Join(' ', route.ExternalIPs));
        Assert.Equal("203.0.113.2", string.Join(' ', route.LoadBalancerIPs));
        Assert.Equal("192.0.2.0/24", Assert.Single(route.SourceRanges));
    }

    [Fact]
    public void Services_that_are_not_for_this_proxy_have_no_route()
    {
        var service = Web();

        Assert.Empty(Build(service with { Spec = service.Spec with { ClusterIP = "None", ClusterIPs = ["None"] } }));
        Assert.Empty(Build(service with { Spec = service.Spec with { Type = "ExternalName", ClusterIP = null, ClusterIPs = [] } }));
        Assert.Empty(Build(service with { Spec = service.Spec with { ClusterIP = "10.43.0.10", ClusterIPs = ["10.43.0.10"] } }));
        Assert.Empty(Build(service with { Metadata = service.Metadata with { Labels = new Dictionary<string, string> { ["service.kubernetes.io/service-proxy-name"] = "other" } } }));
    }

    private static IReadOnlyList<ServiceRoute> Build(Service service, params EndpointSlice[] slices) =>
        new RouteBuilder("one", IPAddress.Parse("10.43.0.10")).Build([service], slices);

    private static Service Web(params ServicePort[] ports) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = "web" },
        Spec = new ServiceSpec { ClusterIP = "10.43.0.50", ClusterIPs = ["10.43.0.50"], Ports = ports.Length > 0 ? ports : [new ServicePort { Name = "http", Port = 80, TargetPort = "http" }] },
    };

    private static SlicePort[] Ports() => [new SlicePort { Name = "http", Port = 8080, Protocol = "TCP" }];

    private static Endpoint At(string address, EndpointConditions? conditions, string node = "one") => new() { Addresses = [address], Conditions = conditions, NodeName = node };

    private static EndpointSlice Slice(string name, SlicePort[] ports, params Endpoint[] endpoints) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = $"web-{name}", Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = "web" } },
        AddressType = "IPv4",
        Ports = ports,
        Endpoints = endpoints,
    };

    private static string Text(IEnumerable<Backend> backends) => string.Join(' ', backends);
}
