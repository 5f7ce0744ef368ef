using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Node.Server;

/// <summary>
/// Whether a certificate was issued for clients by one of our CAs and is valid now. The machine's own trust store has no say. What was found good is
/// known again by its bytes, for as long as everything in its chain is valid and the CAs are the same.
/// </summary>
internal sealed class ClientCertificateCheck(Func<X509Certificate2Collection> authorities, TimeProvider time)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>One caller is the rule. Emptied when full: whoever fills it only makes it cold.</summary>
    private const int Capacity = 64;

    private readonly ConcurrentDictionary<string, Validity> _good = new(StringComparer.Ordinal);

    /// <summary>What a chain is built by, here and by TLS itself.</summary>
    public X509ChainPolicy Policy() => Policy(authorities());

    public bool IsValid(X509Certificate2 certificate)
    {
        var (trusted, now) = (authorities(), time.GetUtcNow());
        var key = KeyOf(certificate, trusted);
        if (_good.TryGetValue(key, out var known) && known.Contains(now))
            return true;
        using var chain = new X509Chain();
        chain.ChainPolicy = Policy(trusted);
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        if (!chain.Build(certificate))
            return false;
        if (_good.Count >= Capacity)
            _good.Clear();
        _good[key] = Validity.Of(chain);
        return true;
    }

    private static X509ChainPolicy Policy(X509Certificate2Collection trusted)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(trusted);
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return policy;
    }

    private static string KeyOf(X509Certificate2 certificate, X509Certificate2Collection trusted)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(certificate.RawDataMemory.Span);
        foreach (var authority in trusted)
            hash.AppendData(authority.RawDataMemory.Span);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private readonly record struct Validity(DateTimeOffset From, DateTimeOffset Until)
    {
        public static Validity Of(X509Chain chain) => new(chain.ChainElements.Max(e => e.Certificate.NotBefore), chain.ChainElements.Min(e => e.Certificate.NotAfter));

        public bool Contains(DateTimeOffset now) => now >= From && now <= Until;
    }
}
