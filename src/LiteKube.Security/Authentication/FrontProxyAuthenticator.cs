using System.Security.Cryptography.X509Certificates;
using LiteKube.Api.Security;
using LiteKube.Security.Pki;

namespace LiteKube.Security.Authentication;

/// <summary>
/// Believes the X-Remote headers of a proxy that shows a certificate of the request-header CA, under the one name that is allowed.
/// (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#authenticating-proxy)
/// </summary>
internal sealed class FrontProxyAuthenticator(ClusterPki pki, TimeProvider clock)
{
    private readonly DigestCache<DateTimeOffset> _verified = new(64);

    public bool Verifies(X509Certificate2 certificate, X509Certificate2Collection? intermediates)
    {
        var digest = Digest.Of(certificate.RawDataMemory.Span);
        if (_verified.TryGet(digest, out var notAfter) && clock.GetUtcNow() < notAfter)
            return true;
        if (!pki.RequestHeaderCa.Verifies(certificate, intermediates, CertificateUsage.ClientAuth, out _) || CertificateUser.Of(certificate.SubjectName).Name != ClusterPki.FrontProxyName)
            return false;
        _verified.Add(digest, certificate.NotAfter);
        return true;
    }

    /// <summary>Whoever the proxy knows has been authenticated.</summary>
    public static UserInfo Complete(UserInfo proxied) =>
        proxied.Name == UserInfo.AnonymousName || proxied.IsIn(UserInfo.AuthenticatedGroup) ? proxied : proxied with { Groups = [.. proxied.Groups, UserInfo.AuthenticatedGroup] };
}
