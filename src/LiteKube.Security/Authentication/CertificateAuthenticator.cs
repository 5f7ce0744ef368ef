using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LiteKube.Api.Security;
using LiteKube.Security.Pki;

namespace LiteKube.Security.Authentication;

/// <summary>Client certificates of the cluster's client CA: the user is the subject's CN, the groups its O values.</summary>
internal sealed class CertificateAuthenticator(ClusterPki pki, TimeProvider clock)
{
    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";
    private const string CredentialId = "authentication.kubernetes.io/credential-id";

    private readonly DigestCache<(UserInfo User, DateTimeOffset NotAfter)> _verified = new(1024);

    public AuthenticationResult Authenticate(X509Certificate2 certificate, X509Certificate2Collection? intermediates)
    {
        var digest = Digest.Of(certificate.RawDataMemory.Span);
        if (_verified.TryGet(digest, out var known) && clock.GetUtcNow() < known.NotAfter)
            return AuthenticationResult.Of(known.User);
        if (!pki.ClientCa.Verifies(certificate, intermediates, CertificateUsage.ClientAuth, out var error))
            return AuthenticationResult.Invalid($"x509: {error}");
        var user = UserOf(certificate);
        if (user is null)
            return AuthenticationResult.Invalid("x509: the certificate's subject has no common name");
        _verified.Add(digest, (user, certificate.NotAfter));
        return AuthenticationResult.Of(user);
    }

    private static UserInfo? UserOf(X509Certificate2 certificate)
    {
        string? name = null;
        var groups = new List<string>();
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            // A part with several values names no one in particular.
            if (part.HasMultipleElements)
                continue;
            switch (part.GetSingleElementType().Value)
            {
                case CommonName:
                    name = part.GetSingleElementValue();
                    break;
                case Organization:
                    groups.Add(part.GetSingleElementValue()!);
                    break;
            }
        }

        if (string.IsNullOrEmpty(name))
            return null;
        if (!groups.Contains(UserInfo.AuthenticatedGroup))
            groups.Add(UserInfo.AuthenticatedGroup);
        var id = $"X509SHA256={Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span))}";
        return new UserInfo(name) { Groups = groups, Extra = new Dictionary<string, IReadOnlyList<string>> { [CredentialId] = [id] } };
    }
}
