using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Dns.Records;

namespace LiteKube.Dns.Tests.Records;

internal sealed class FakeObjects : IClusterObjects
{
    public List<Service> AllServices { get; } = [];

    public List<EndpointSlice> AllSlices { get; } = [];

    public bool IsComplete { get; set; } = true;

    public Service? Service(string ns, string name) => AllServices.FirstOrDefault(service => service.Metadata.Namespace == ns && service.Metadata.Name == name);

    public bool HasNamespace(string ns) => AllServices.Any(service => service.Metadata.Namespace == ns);

    public IReadOnlyList<EndpointSlice> Slices(string ns, string service) =>
        [.. AllSlices.Where(slice => slice.Metadata.Namespace == ns && slice.Metadata.Labels["kubernetes.io/service-name"] == service)];

    public IReadOnlyList<Service> ServicesAt(string address) => [.. AllServices.Where(service => service.Spec.ClusterIP == address)];

    public IReadOnlyList<EndpointSlice> SlicesAt(string address) => [.. AllSlices.Where(slice => slice.Endpoints.Any(endpoint => endpoint.Addresses.Contains(address)))];

    /// <summary>A small cluster with a service of each kind.</summary>
    internal static FakeObjects Sample()
    {
        var objects = new FakeObjects();
        objects.Add("default", "kubernetes", new ServiceSpec { ClusterIP = "10.43.0.1", ClusterIPs = ["10.43.0.1"], Ports = [new ServicePort { Name = "https", Port = 443, Protocol = "TCP" }] });
        objects.Add("shop", "web", new ServiceSpec { ClusterIP = "10.43.0.50", ClusterIPs = ["10.43.0.50"], Ports = [new ServicePort { Name = "http", Port = 80, Protocol = "TCP" }, new ServicePort { Port = 81 }] });
        objects.Add("shop", "db", new ServiceSpec { ClusterIP = "None", ClusterIPs = ["None"], Ports = [new ServicePort { Name = "sql", Port = 5432, Protocol = "TCP" }] });
        objects.Add("shop", "outside", new ServiceSpec { Type = "ExternalName", ExternalName = "Example.org." });
        objects.Add("shop", "inside", new ServiceSpec { Type = "ExternalName", ExternalName = "web.shop.svc.cluster.local" });
        objects.Add("shop", "ring", new ServiceSpec { Type = "ExternalName", ExternalName = "ring.shop.svc.cluster.local" });
        objects.AllSlices.Add(new EndpointSlice
        {
            Metadata = new ObjectMeta { Namespace = "shop", Name = "db-1", Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = "db" } },
            AddressType = "IPv4",
            Ports = [new LiteKube.Api.Discovery.V1.EndpointPort { Name = "sql", Port = 5432, Protocol = "TCP" }],
            Endpoints =
            [
                new Endpoint { Addresses = ["10.42.0.7"], Hostname = "db-0", Conditions = new EndpointConditions { Ready = true } },
                new Endpoint { Addresses = ["10.42.1.8"], Conditions = new EndpointConditions { Ready = true } },
                new Endpoint { Addresses = ["10.42.1.9"], Hostname = "db-9", Conditions = new EndpointConditions { Ready = false } },
            ],
        });
        return objects;
    }

    private void Add(string ns, string name, ServiceSpec spec) => AllServices.Add(new Service { Metadata = new ObjectMeta { Namespace = ns, Name = name }, Spec = spec });
}
