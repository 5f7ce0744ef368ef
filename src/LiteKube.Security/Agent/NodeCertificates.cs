using System.Net;
using System.Security.Cryptography.X509Certificates;
using LiteKube.Security.Pki;

namespace LiteKube.Security.Agent;

/// <summary>One set of a node's certificates.</summary>
internal sealed record NodeCertificates(X509Certificate2 ServerCa, X509Certificate2 ClientCa, X509Certificate2 Client, X509Certificate2 Serving) : IDisposable
{
    /// <summary>Whether the client certificate is one of this node's that the server still takes.</summary>
    public bool IsUsable(DateTimeOffset now) => Client.NotAfter > now && Client.HasPrivateKey;

    public bool IsClientDue(DateTimeOffset now) => CertificateLifetimes.IsDue(Client.NotAfter, now);

    public bool IsServingDue(IReadOnlyList<IPAddress> addresses, DateTimeOffset now)
    {
        if (CertificateLifetimes.IsDue(Serving.NotAfter, now))
            return true;
        var named = Serving.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault()?.EnumerateIPAddresses().ToHashSet() ?? [];
        return !addresses.All(named.Contains);
    }

    public void Dispose()
    {
        ServerCa.Dispose();
        ClientCa.Dispose();
        Client.Dispose();
        Serving.Dispose();
    }
}
