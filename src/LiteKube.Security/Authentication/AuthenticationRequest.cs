using System.Security.Cryptography.X509Certificates;
using LiteKube.Api.Security;

namespace LiteKube.Security.Authentication;

/// <summary>The credentials that came with a request.</summary>
public sealed record AuthenticationRequest
{
    /// <summary>What follows <c>Authorization: Bearer </c>; null where the header is absent.</summary>
    public string? BearerToken { get; init; }

    /// <summary>The peer's certificate as TLS received it, not yet checked against any CA.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Intermediate certificates the peer sent along.</summary>
    public X509Certificate2Collection? ClientCertificateChain { get; init; }

    /// <summary>Whom the request's X-Remote headers name; believed of a front proxy only.</summary>
    public UserInfo? Proxied { get; init; }

    /// <summary>The audiences a token must be for, one of them at least; empty for the API server itself.</summary>
    public IReadOnlyList<string> Audiences { get; init; } = [];

    public override string ToString() => $"AuthenticationRequest {{ token: {BearerToken is not null}, certificate: {ClientCertificate?.Subject} }}";
}
