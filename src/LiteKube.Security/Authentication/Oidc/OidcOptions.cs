namespace LiteKube.Security;

/// <summary>An issuer of ID tokens that the API server believes. (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#openid-connect-tokens)</summary>
public sealed record OidcOptions
{
    /// <summary>An https URL: what tokens name as their issuer, and where its keys are found.</summary>
    public required string IssuerUrl { get; init; }

    /// <summary>One of the audiences of a token must be this.</summary>
    public required string ClientId { get; init; }

    public string UsernameClaim { get; init; } = "sub";

    /// <summary>Null: the issuer and <c>#</c>, but nothing before an e-mail address. <c>-</c>: nothing.</summary>
    public string? UsernamePrefix { get; init; }

    public string? GroupsClaim { get; init; }

    public string GroupsPrefix { get; init; } = "";

    /// <summary>Claims that a token must have with these values.</summary>
    public IReadOnlyDictionary<string, string> RequiredClaims { get; init; } = new Dictionary<string, string>();

    /// <summary>PEM of the authorities that vouch for the issuer's host; null for the system's.</summary>
    public string? CaFile { get; init; }

    public IReadOnlyList<string> SigningAlgorithms { get; init; } = ["RS256"];
}
