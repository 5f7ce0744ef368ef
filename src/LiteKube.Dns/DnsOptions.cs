using System.Net;

namespace LiteKube.Dns;

/// <summary>To add a setting: add a property with its default here, and give it a flag in the executable.</summary>
public sealed record DnsOptions
{
    public string Domain { get; init; } = "cluster.local";

    /// <summary>Where this node's server listens. It may be given to an interface later: the sockets bind ahead of that.</summary>
    public IPAddress Address { get; init; } = IPAddress.Parse("10.43.0.10");

    public int Port { get; init; } = 53;

    /// <summary>Reverse names of these are answered here, known or not; all others are the upstreams'.</summary>
    public IReadOnlyList<IPNetwork> OwnNetworks { get; init; } = [IPNetwork.Parse("10.42.0.0/16"), IPNetwork.Parse("10.43.0.0/16")];

    /// <summary>Servers for all other names. Empty: those of <see cref="ResolvConf"/>.</summary>
    public IReadOnlyList<IPEndPoint> Upstreams { get; init; } = [];

    /// <summary>Read again when it changes. Loopback resolvers in it and this server itself are left out.</summary>
    public string ResolvConf { get; init; } = "/etc/resolv.conf";

    /// <summary>Of answers from the cluster, in seconds.</summary>
    public int Ttl { get; init; } = 5;

    /// <summary>How long to wait for one upstream before the next is asked.</summary>
    public TimeSpan UpstreamTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Upstream answers kept, at most.</summary>
    public int CacheEntries { get; init; } = 2048;

    /// <summary>Keep the Service kube-system/kube-dns in existence. On servers only: agents may not create Services.</summary>
    public bool EnsureService { get; init; }
}
