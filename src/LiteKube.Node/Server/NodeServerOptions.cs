using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Node.Server;

/// <summary>
/// To add a setting: add a property with its default here, and, if it is the operator's business, a flag in the executable that fills it.
/// </summary>
/// <param name="ServingCertificate">The certificate to serve now; asked at each handshake, so that a renewed one is used at once.</param>
/// <param name="ClientAuthorities">The CAs that sign client certificates; asked at each handshake. Whoever shows no certificate of theirs gets 401.</param>
public sealed record NodeServerOptions(Func<X509Certificate2> ServingCertificate, Func<X509Certificate2Collection> ClientAuthorities)
{
    public IPAddress Address { get; init; } = IPAddress.IPv6Any;

    /// <summary>0 takes a free port; the server then tells which.</summary>
    public int Port { get; init; } = 10250;

    public string NodeName { get; init; } = Environment.MachineName.ToLowerInvariant();

    /// <summary>Whether the holder of a verified client certificate may use this server. Everyone else gets 403.</summary>
    public Func<X509Certificate2, bool> Authorize { get; init; } = ApiServerClientCertificate.IsApiServer;

    /// <summary>How long an exec, attach or port-forward may stay silent in both directions.</summary>
    public TimeSpan StreamIdleTimeout { get; init; } = TimeSpan.FromHours(4);

    /// <summary>How long a client may take to open the streams that it announced.</summary>
    public TimeSpan StreamCreationTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
