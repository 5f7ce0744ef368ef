using System.Net;

namespace LiteKube.ApiServer;

public sealed record ApiServerOptions
{
    public IPAddress ListenAddress { get; init; } = IPAddress.IPv6Any;

    /// <summary>0 takes a free one; see <see cref="IApiServerReady.Port"/>.</summary>
    public int Port { get; init; } = 6443;

    /// <summary>The address that other machines and pods reach this server by: the endpoint of the <c>kubernetes</c> Service. Asked again now and then, because machines move.</summary>
    public Func<IPAddress> AdvertiseAddress { get; init; } = () => IPAddress.Loopback;

    public IPNetwork ServiceCidr { get; init; } = IPNetwork.Parse("10.43.0.0/16");

    public int FirstNodePort { get; init; } = 30000;

    public int LastNodePort { get; init; } = 32767;

    /// <summary>How long Events are kept.</summary>
    public TimeSpan EventTtl { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Reading requests at once; with <see cref="MaxMutatingRequestsInFlight"/>, what the priority levels share.</summary>
    public int MaxRequestsInFlight { get; init; } = 400;

    public int MaxMutatingRequestsInFlight { get; init; } = 200;

    public AnonymousAccess Anonymous { get; init; } = AnonymousAccess.Health;

    /// <summary>Null: nothing is recorded.</summary>
    public AuditOptions? Audit { get; init; }

    public string Version { get; init; } = "v1.36.0+litekube1";
}
