namespace LiteKube.Security.Tokens;

/// <summary>The name and uid of an object that a token speaks of.</summary>
internal readonly record struct TokenObject(string Name, string Uid);

/// <summary>What a service-account token says. Times are in seconds since the epoch.</summary>
internal sealed record TokenClaims
{
    public const string LegacyIssuer = "kubernetes/serviceaccount";

    public string Issuer { get; init; } = "";

    public string Subject { get; init; } = "";

    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>Zero for legacy tokens, which do not expire.</summary>
    public long Expires { get; init; }

    public long NotBefore { get; init; }

    public long IssuedAt { get; init; }

    public string Id { get; init; } = "";

    public string Namespace { get; init; } = "";

    public TokenObject ServiceAccount { get; init; }

    public TokenObject? Pod { get; init; }

    public TokenObject? Node { get; init; }

    public TokenObject? Secret { get; init; }

    /// <summary>From when on a holder should have fetched a fresh token; the token works on until it expires.</summary>
    public long? WarnAfter { get; init; }

    public bool IsLegacy => Issuer == LegacyIssuer;
}
