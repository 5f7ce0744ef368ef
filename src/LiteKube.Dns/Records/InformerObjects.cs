using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;
using LiteKube.Client;

namespace LiteKube.Dns.Records;

/// <summary>The zone's objects from the shared informers.</summary>
internal sealed class InformerObjects(InformerFactory informers) : IClusterObjects
{
    private readonly Informer<Service> _services = informers.Of<Service>();
    private readonly Informer<EndpointSlice> _slices = informers.Of<EndpointSlice>();
    private readonly InformerIndex<Service> _servicesByAddress = informers.Of<Service>().Index("dns/cluster-ip", service => service.Spec.ClusterIPs.Append(service.Spec.ClusterIP ?? "").Distinct());
    private readonly InformerIndex<EndpointSlice> _slicesByService = informers.Of<EndpointSlice>().ByService();
    private readonly InformerIndex<EndpointSlice> _slicesByAddress = informers.Of<EndpointSlice>().Index("dns/address", slice => slice.Endpoints.SelectMany(endpoint => endpoint.Addresses).Distinct());

    public bool IsComplete => _services.HasSynced.IsCompletedSuccessfully && _slices.HasSynced.IsCompletedSuccessfully;

    public Service? Service(string ns, string name) => _services.Get(ns, name);

    public bool HasNamespace(string ns) => _services.ListIn(ns).Count > 0;

    public IReadOnlyList<EndpointSlice> Slices(string ns, string service) => _slicesByService[$"{ns}/{service}"];

    public IReadOnlyList<Service> ServicesAt(string address) => _servicesByAddress[address];

    public IReadOnlyList<EndpointSlice> SlicesAt(string address) => _slicesByAddress[address];
}
