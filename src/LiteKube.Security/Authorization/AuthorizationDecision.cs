namespace LiteKube.Security.Authorization;

/// <param name="Reason">Which rule allowed it, or why none did; shown to the user in access reviews.</param>
public readonly record struct AuthorizationDecision(bool Allowed, string Reason);
