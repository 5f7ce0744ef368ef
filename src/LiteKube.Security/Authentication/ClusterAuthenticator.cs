using LiteKube.Api.Security;

namespace LiteKube.Security.Authentication;

/// <summary>
/// Front proxy first, then certificate, then token; the first that is good decides. Credentials of which none is good are refused, not taken for none.
/// </summary>
internal sealed class ClusterAuthenticator(FrontProxyAuthenticator frontProxy, CertificateAuthenticator certificates, IEnumerable<ITokenAuthenticator> tokens, SecurityOptions options) : IAuthenticator
{
    private readonly ITokenAuthenticator[] _tokens = [.. tokens];

    public async ValueTask<AuthenticationResult> AuthenticateAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        var result = AuthenticationResult.None;
        if (request.ClientCertificate is { } certificate)
        {
            if (request.Proxied is { } proxied && frontProxy.Verifies(certificate, request.ClientCertificateChain))
                return AuthenticationResult.Of(FrontProxyAuthenticator.Complete(proxied));
            result = certificates.Authenticate(certificate, request.ClientCertificateChain);
            if (result.Outcome == AuthenticationOutcome.Authenticated)
                return result;
        }

        return string.IsNullOrEmpty(request.BearerToken) ? result : await TokenAsync(request.BearerToken, request.Audiences, cancellationToken);
    }

    private async ValueTask<AuthenticationResult> TokenAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancellationToken)
    {
        string? error = null;
        IReadOnlyList<string> own = audiences.Count == 0 || audiences.Contains(options.Issuer) ? [options.Issuer] : [];
        foreach (var authenticator in _tokens)
        {
            if (authenticator.IsForServer && own.Count == 0)
                continue;
            var result = await authenticator.AuthenticateAsync(token, audiences, cancellationToken);
            if (result.Outcome == AuthenticationOutcome.Authenticated)
                return authenticator.IsForServer ? AuthenticationResult.Of(result.User!, own) : result;
            if (result.Outcome == AuthenticationOutcome.Invalid)
                error = error is null ? result.Error : $"{error}, {result.Error}";
        }

        return AuthenticationResult.Invalid(error is null ? "invalid bearer token" : $"[invalid bearer token, {error}]");
    }
}
