namespace LiteKube.Security.Authentication;

/// <summary>Knows one kind of bearer token.</summary>
internal interface ITokenAuthenticator
{
    /// <summary>Its tokens name no audiences of their own: they are for the API server.</summary>
    bool IsForServer { get; }

    /// <summary>None for what is not a token of its kind.</summary>
    /// <param name="audiences">Those the token must be for, one of them at least; empty for the API server itself.</param>
    ValueTask<AuthenticationResult> AuthenticateAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancellationToken);
}
