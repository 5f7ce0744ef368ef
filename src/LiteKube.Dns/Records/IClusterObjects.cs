using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;

namespace LiteKube.Dns.Records;

/// <summary>What the zone is made of. Answers come from caches and never wait.</summary>
internal interface IClusterObjects
{
    /// <summary>Everything is known; before that, "does not exist" must not be said.</summary>
    bool IsComplete { get; }

    Service? Service(string ns, string name);

    bool HasNamespace(string ns);

    IReadOnlyList<EndpointSlice> Slices(string ns, string service);

    /// <summary>Services that have the ClusterIP.</summary>
    IReadOnlyList<Service> ServicesAt(string address);

    /// <summary>Slices with an endpoint that has the address.</summary>
    IReadOnlyList<EndpointSlice> SlicesAt(string address);
}
