using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Security.Pki;

/// <summary>Checks a certificate against one authority and nothing else: no system store, no downloads, no revocation lists.</summary>
public static class CertificateChain
{
    /// <param name="usage">One usage, or None for any.</param>
    public static bool Verify(X509Certificate2 certificate, X509Certificate2Collection? intermediates, X509Certificate2 authority, CertificateUsage usage, DateTimeOffset now, out string error)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.Add(authority);
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = now.UtcDateTime;
        policy.VerificationTimeIgnored = false;
        if (intermediates is not null)
            policy.ExtraStore.AddRange(intermediates);
        foreach (var oid in usage.Oids())
            policy.ApplicationPolicy.Add(oid);
        var valid = chain.Build(certificate);
        error = valid ? "" : Describe(chain.ChainStatus, authority, now);
        foreach (var element in chain.ChainElements)
            element.Certificate.Dispose();
        return valid;
    }

    private static string Describe(X509ChainStatus[] statuses, X509Certificate2 authority, DateTimeOffset now)
    {
        var flags = statuses.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
            return $"certificate has expired or is not yet valid: current time {now:yyyy-MM-ddTHH:mm:ssZ}";
        if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
            return $"certificate signed by unknown authority, not by {authority.Subject}";
        if (flags.HasFlag(X509ChainStatusFlags.NotValidForUsage))
            return "certificate specifies an incompatible key usage";
        return $"certificate is not valid: {flags}";
    }
}
