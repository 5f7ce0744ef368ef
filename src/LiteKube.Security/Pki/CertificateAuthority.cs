using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Security.Pki;

/// <summary>One of the cluster's authorities: signs certificates with its ECDSA P-256 key. Safe for concurrent use.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly Lock _signing = new();

    /// <param name="certificate">With its private key; owned from here on.</param>
    internal CertificateAuthority(X509Certificate2 certificate, TimeProvider clock)
    {
        Certificate = certificate;
        _clock = clock;
        Pem = certificate.ExportCertificatePem() + "\n";
        PublicCertificate = X509CertificateLoader.LoadCertificate(certificate.RawDataMemory.Span);
    }

    /// <summary>The certificate without its key.</summary>
    public X509Certificate2 PublicCertificate { get; }

    public string Pem { get; }

    /// <summary>SHA-256 of the certificate, lower-case hex: the pin in a join token.</summary>
    public string Pin => PinOf(Certificate);

    internal X509Certificate2 Certificate { get; }

    internal static string PinOf(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span));

    internal static X509Certificate2 SelfSigned(string name, ECDsa key, DateTimeOffset now)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(name);
        var request = new CertificateRequest(builder.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(CertificateLifetimes.NotBefore, CertificateLifetimes.NotAfter(now, CertificateLifetimes.Authority));
    }

    /// <summary>A certificate with a fresh key of its own, for a year.</summary>
    public X509Certificate2 Issue(CertificateSubject subject, CertificateUsage usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(new PublicKey(key), subject, usage, CertificateLifetimes.Leaf);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>A certificate for a key that someone else holds.</summary>
    public X509Certificate2 Sign(PublicKey key, CertificateSubject subject, CertificateUsage usage, TimeSpan lifetime) =>
        Sign(key, subject.Name, subject.AlternativeNames(), usage, lifetime);

    internal X509Certificate2 Sign(PublicKey key, X500DistinguishedName subject, X509Extension? alternativeNames, CertificateUsage usage, TimeSpan lifetime)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        var flags = X509KeyUsageFlags.DigitalSignature;
        if (key.Oid.Value == Oids.Rsa)
            flags |= X509KeyUsageFlags.KeyEncipherment;
        request.CertificateExtensions.Add(new X509KeyUsageExtension(flags, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usage.Oids(), critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        if (alternativeNames is not null)
            request.CertificateExtensions.Add(alternativeNames);
        var end = CertificateLifetimes.NotAfter(_clock.GetUtcNow(), lifetime);
        if (end > Certificate.NotAfter)
            end = Certificate.NotAfter;
        lock (_signing)
            return request.Create(Certificate, CertificateLifetimes.NotBefore, end, Serial());
    }

    /// <summary>Whether the certificate is signed by this authority, for that usage, and valid now.</summary>
    public bool Verifies(X509Certificate2 certificate, X509Certificate2Collection? intermediates, CertificateUsage usage, out string error) =>
        CertificateChain.Verify(certificate, intermediates, PublicCertificate, usage, _clock.GetUtcNow(), out error);

    public void Dispose()
    {
        Certificate.Dispose();
        PublicCertificate.Dispose();
    }

    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        // Positive and without leading zeros, as DER asks.
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        return serial;
    }

    private static class Oids
    {
        public const string Rsa = "1.2.840.113549.1.1.1";
    }
}
