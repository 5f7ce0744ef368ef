using System.Security.Cryptography;

namespace LiteKube.Security.Pki;

[Flags]
public enum CertificateUsage
{
    None = 0,
    ServerAuth = 1,
    ClientAuth = 2,
}

internal static class CertificateUsages
{
    public const string ServerAuthOid = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthOid = "1.3.6.1.5.5.7.3.2";

    public static OidCollection Oids(this CertificateUsage usage)
    {
        var oids = new OidCollection();
        if (usage.HasFlag(CertificateUsage.ServerAuth))
            oids.Add(new Oid(ServerAuthOid));
        if (usage.HasFlag(CertificateUsage.ClientAuth))
            oids.Add(new Oid(ClientAuthOid));
        return oids;
    }
}
