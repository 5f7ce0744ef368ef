namespace LiteKube.Security.Authentication;

/// <summary>Finds who a request comes from.</summary>
public interface IAuthenticator
{
    ValueTask<AuthenticationResult> AuthenticateAsync(AuthenticationRequest request, CancellationToken cancellationToken);
}
