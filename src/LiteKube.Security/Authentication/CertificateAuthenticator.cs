using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LiteKube.Api.Security;
using LiteKube.Security.Pki;

namespace LiteKube.Security.Authentication;

/// <summary>Client certificates of the cluster's client CA: the user is the subject's CN, the groups its O values.</summary>
internal sealed class CertificateAuthenticator(ClusterPki pki, TimeProvider clock)
{
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
        var (name, groups) = CertificateUser.Of(certificate.SubjectName);
        if (name.Length == 0)
            return null;
        if (!groups.Contains(UserInfo.AuthenticatedGroup))
            groups = [.. groups, UserInfo.AuthenticatedGroup];
        var id = $"X509SHA256={Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span))}";
        return new UserInfo(name) { Groups = groups, Extra = new Dictionary<string, IReadOnlyList<string>> { [CredentialId] = [id] } };
    }
}
