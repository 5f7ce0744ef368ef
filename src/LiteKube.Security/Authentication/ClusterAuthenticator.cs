namespace LiteKube.Security.Authentication;

/// <summary>Certificate first, then token; the first that is good decides. Credentials of which none is good are refused, not taken for none.</summary>
internal sealed class ClusterAuthenticator(CertificateAuthenticator certificates, ServiceAccountAuthenticator serviceAccounts, BootstrapTokenAuthenticator bootstrapTokens) : IAuthenticator
{
    public async ValueTask<AuthenticationResult> AuthenticateAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        var result = AuthenticationResult.None;
        if (request.ClientCertificate is { } certificate)
        {
            result = certificates.Authenticate(certificate, request.ClientCertificateChain);
            if (result.Outcome == AuthenticationOutcome.Authenticated)
                return result;
        }

        if (string.IsNullOrEmpty(request.BearerToken))
            return result;
        result = await serviceAccounts.AuthenticateAsync(request.BearerToken, request.Audiences, cancellationToken);
        if (result.Outcome == AuthenticationOutcome.None)
            result = await bootstrapTokens.AuthenticateAsync(request.BearerToken, cancellationToken);
        return result.Outcome == AuthenticationOutcome.None ? AuthenticationResult.Invalid("invalid bearer token") : result;
    }
}
