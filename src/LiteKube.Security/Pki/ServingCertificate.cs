using System.Net;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace LiteKube.Security.Pki;

/// <summary>
/// The API server's serving certificate, always right for the address a client connected to: an address that it does not name yet, or the last third of
/// its life, has it made anew at the next handshake. Nothing needs a restart.
/// </summary>
public sealed partial class ServingCertificate : IDisposable
{
    private readonly CertificateAuthority _authority;
    private readonly SecurityOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<ServingCertificate> _log;
    private readonly Lock _issuing = new();
    private volatile Issued? _current;

    public ServingCertificate(ClusterPki pki, SecurityOptions options, TimeProvider clock, ILogger<ServingCertificate> log)
    {
        _authority = pki.ServerCa;
        _options = options;
        _clock = clock;
        _log = log;
    }

    /// <summary>The certificate for a connection that arrived at this local address; null where it is not known.</summary>
    public X509Certificate2 For(IPAddress? local) => Current(local).Certificate;

    /// <summary>The same, as SslStream wants it: made once, shared by all handshakes.</summary>
    public SslStreamCertificateContext ContextFor(IPAddress? local) => Current(local).Context;

    /// <summary>Whether clients may know the API server by this name.</summary>
    public bool Names(string dnsName) => Current(null).Names.Contains(dnsName);

    /// <summary>Whether clients may know the API server by this address.</summary>
    public bool Names(IPAddress address) => Current(null).Addresses.Contains(Plain(address));

    public void Dispose() => _current?.Certificate.Dispose();

    private Issued Current(IPAddress? local)
    {
        if (local is { IsIPv4MappedToIPv6: true })
            local = local.MapToIPv4();
        var current = _current;
        if (current is not null && current.Serves(local, _clock.GetUtcNow()))
            return current;
        lock (_issuing)
        {
            current = _current;
            if (current is not null && current.Serves(local, _clock.GetUtcNow()))
                return current;
            // Handshakes under way may still use the one replaced, so it is left to the finalizer.
            _current = current = Issue(local);
            return current;
        }
    }

    private Issued Issue(IPAddress? local)
    {
        var (names, addresses) = Identities(local);
        var certificate = _authority.Issue(new CertificateSubject("kube-apiserver") { DnsNames = names, Addresses = [.. addresses] }, CertificateUsage.ServerAuth);
        IssuedFor(_log, names.Count, addresses.Count, certificate.NotAfter);
        return new Issued(certificate, SslStreamCertificateContext.Create(certificate, [_authority.PublicCertificate], offline: true), [.. names], addresses);
    }

    private (List<string> Names, HashSet<IPAddress> Addresses) Identities(IPAddress? local)
    {
        var names = new List<string> { "kubernetes", "kubernetes.default", "kubernetes.default.svc", $"kubernetes.default.svc.{_options.ClusterDomain}", "localhost" };
        var host = Environment.MachineName.ToLowerInvariant();
        if (Uri.CheckHostName(host) == UriHostNameType.Dns && !names.Contains(host))
            names.Add(host);
        var addresses = new HashSet<IPAddress> { IPAddress.Loopback, IPAddress.IPv6Loopback, IPAddress.Parse(_options.ApiServiceAddress) };
        foreach (var san in _options.TlsSans)
        {
            if (IPAddress.TryParse(san, out var address))
                addresses.Add(address);
            else if (!names.Contains(san))
                names.Add(san);
        }

        addresses.UnionWith(OwnAddresses());
        if (local is not null)
            addresses.Add(Plain(local));
        return (names, addresses);
    }

    private static IEnumerable<IPAddress> OwnAddresses() =>
        NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address)
            .Where(a => !a.IsIPv6LinkLocal)
            .Select(Plain);

    // A scope id is this machine's own business.
    private static IPAddress Plain(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address;

    [LoggerMessage(LogLevel.Information, "API serving certificate made for {Names} names and {Addresses} addresses, valid until {NotAfter:yyyy-MM-dd}")]
    private static partial void IssuedFor(ILogger log, int names, int addresses, DateTime notAfter);

    private sealed record Issued(X509Certificate2 Certificate, SslStreamCertificateContext Context, HashSet<string> Names, HashSet<IPAddress> Addresses)
    {
        public bool Serves(IPAddress? local, DateTimeOffset now) =>
            (local is null || Addresses.Contains(local) || (local.ScopeId() != 0 && Addresses.Contains(Plain(local)))) && !CertificateLifetimes.IsDue(Certificate.NotAfter, now);
    }
}

file static class Scopes
{
    public static long ScopeId(this IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
