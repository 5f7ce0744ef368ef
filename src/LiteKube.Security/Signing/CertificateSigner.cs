using System.Text;
using LiteKube.Api.Certificates.V1;
using LiteKube.Security.Pki;

namespace LiteKube.Security.Signing;

/// <param name="Certificate">PEM; null where the request does not suit its signer.</param>
public readonly record struct SigningOutcome(byte[]? Certificate, string? Failure);

/// <summary>Signs approved CertificateSigningRequests. Pure: it looks at the request alone.</summary>
public sealed class CertificateSigner(ClusterPki pki)
{
    private static readonly TimeSpan s_least = TimeSpan.FromMinutes(10);

    public SigningOutcome Sign(CertificateSigningRequestSpec spec)
    {
        if (SigningRequest.TryParse(spec.Request, out var error) is not { } request)
            return new SigningOutcome(null, error);
        if (SignerRules.Problem(spec, request) is { } problem)
            return new SigningOutcome(null, problem);
        var serving = spec.SignerName == SignerNames.KubeletServing;
        var authority = serving ? pki.ServerCa : pki.ClientCa;
        using var certificate = authority.Sign(request.PublicKey, request.Subject, request.AlternativeNames, serving ? CertificateUsage.ServerAuth : CertificateUsage.ClientAuth, Lifetime(spec));
        return new SigningOutcome(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"), null);
    }

    private static TimeSpan Lifetime(CertificateSigningRequestSpec spec)
    {
        if (spec.ExpirationSeconds is not { } seconds)
            return CertificateLifetimes.Leaf;
        var asked = TimeSpan.FromSeconds(seconds);
        return asked < s_least ? s_least : asked > CertificateLifetimes.Leaf ? CertificateLifetimes.Leaf : asked;
    }
}
