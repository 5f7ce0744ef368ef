using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Security.Pki;

/// <summary>Whom a certificate is for: the user and groups Kubernetes reads from CN and O, and the names and addresses it answers to.</summary>
public sealed record CertificateSubject(string CommonName)
{
    public IReadOnlyList<string> Organizations { get; init; } = [];

    public IReadOnlyList<string> DnsNames { get; init; } = [];

    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    internal X500DistinguishedName Name
    {
        get
        {
            var builder = new X500DistinguishedNameBuilder();
            foreach (var organization in Organizations)
                builder.AddOrganizationName(organization);
            builder.AddCommonName(CommonName);
            return builder.Build();
        }
    }

    internal X509Extension? AlternativeNames(bool critical = false)
    {
        if (DnsNames.Count == 0 && Addresses.Count == 0)
            return null;
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in DnsNames)
            builder.AddDnsName(name);
        foreach (var address in Addresses)
            builder.AddIpAddress(address);
        return builder.Build(critical);
    }
}
