using LiteKube.Api.Security;

namespace LiteKube.Security.Authentication;

public enum AuthenticationOutcome
{
    /// <summary>No credentials, or none that an authenticator knows: the request is anonymous.</summary>
    None,

    Authenticated,

    /// <summary>Credentials were presented and refused: the request ends in 401.</summary>
    Invalid,
}

/// <param name="Error">Why credentials were refused; never contains a secret.</param>
/// <param name="Audiences">Those of the requested audiences that the token is for.</param>
public readonly record struct AuthenticationResult(AuthenticationOutcome Outcome, UserInfo? User, string? Error, IReadOnlyList<string> Audiences)
{
    public static readonly AuthenticationResult None = new(AuthenticationOutcome.None, null, null, []);

    public static AuthenticationResult Of(UserInfo user) => new(AuthenticationOutcome.Authenticated, user, null, []);

    public static AuthenticationResult Of(UserInfo user, IReadOnlyList<string> audiences) => new(AuthenticationOutcome.Authenticated, user, null, audiences);

    public static AuthenticationResult Invalid(string error) => new(AuthenticationOutcome.Invalid, null, error, []);
}
