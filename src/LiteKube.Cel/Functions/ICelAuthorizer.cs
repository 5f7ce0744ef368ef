namespace LiteKube.Cel;

/// <summary>Who answers the <c>authorizer</c> variable; implemented by the caller for the user of the request.</summary>
public interface ICelAuthorizer
{
    CelDecision Check(CelAccessCheck check);
}

/// <summary>One question to the authorizer.</summary>
/// <param name="ServiceAccount">Namespace and name of the service account to ask for, instead of the user of the request.</param>
/// <param name="Path">The path of a request that is not for a resource; null for one that is.</param>
public sealed record CelAccessCheck(string Verb, (string Namespace, string Name)? ServiceAccount = null, string? Path = null)
{
    public string Group { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    public string? FieldSelector { get; init; }

    public string? LabelSelector { get; init; }
}

/// <param name="Error">Set where the question could not be answered.</param>
public sealed record CelDecision(bool IsAllowed, string Reason, string? Error = null);
