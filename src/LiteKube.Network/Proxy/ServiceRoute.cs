using System.Collections.Immutable;
using System.Net;

namespace LiteKube.Network.Proxy;

/// <summary>One port of one Service, with everything that decides where its connections go (IPv4).</summary>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
internal sealed record ServiceRoute(string Namespace, string Name, string Protocol, int Port, IPAddress ClusterIP)
{
    /// <summary>0 for none.</summary>
    public int NodePort { get; init; }

    public ImmutableArray<IPAddress> ExternalIPs { get; init; } = [];

    public ImmutableArray<IPAddress> LoadBalancerIPs { get; init; } = [];

    /// <summary>Who may use the load balancer's addresses; empty for everyone.</summary>
    public ImmutableArray<string> SourceRanges { get; init; } = [];

    /// <summary>For how long a client's address stays with its endpoint; 0 for no affinity.</summary>
    public int AffinitySeconds { get; init; }

    /// <summary>internalTrafficPolicy Local: the ClusterIP leads to this node's endpoints only.</summary>
    public bool InternalLocal { get; init; }

    /// <summary>externalTrafficPolicy Local: other nodes' clients keep their address and meet this node's endpoints only.</summary>
    public bool ExternalLocal { get; init; }

    /// <summary>Endpoints on any node.</summary>
    public ImmutableArray<Backend> Endpoints { get; init; } = [];

    /// <summary>Endpoints on this node.</summary>
    public ImmutableArray<Backend> LocalEndpoints { get; init; } = [];

    /// <summary>Unique among routes.</summary>
    public string Id => $"{Namespace}/{Name}/{Protocol}/{Port}";

    public bool HasExternalAddress => NodePort != 0 || !ExternalIPs.IsEmpty || !LoadBalancerIPs.IsEmpty;

    public ImmutableArray<Backend> InternalEndpoints => InternalLocal ? LocalEndpoints : Endpoints;
}
