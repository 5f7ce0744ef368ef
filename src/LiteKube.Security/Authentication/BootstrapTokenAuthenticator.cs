using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Security;
using LiteKube.Security.Joining;

namespace LiteKube.Security.Authentication;

/// <summary>Bootstrap tokens: good for asking for a node's certificates and little else.</summary>
internal sealed class BootstrapTokenAuthenticator(IObjectReader objects, TimeProvider clock) : ITokenAuthenticator
{
    public const string Group = "system:bootstrappers";

    public bool IsForServer => true;

    public async ValueTask<AuthenticationResult> AuthenticateAsync(string bearer, IReadOnlyList<string> audiences, CancellationToken cancellationToken)
    {
        if (BootstrapToken.TryParse(bearer) is not { } token)
            return AuthenticationResult.None;
        var found = await objects.GetAsync(Secret.Resource, BootstrapToken.Namespace, token.SecretName, cancellationToken);
        if (found is null || found.Header.DeletionTimestamp is not null)
            return AuthenticationResult.Invalid("bootstrap token is not known");
        var secret = found.As<Secret>();
        if (secret.Type != BootstrapToken.SecretType || Text(secret, "token-id") != token.Id)
            return AuthenticationResult.Invalid("bootstrap token is not known");
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(token.Secret), secret.Data.GetValueOrDefault("token-secret") ?? []))
            return AuthenticationResult.Invalid("bootstrap token is not known");
        if (HasExpired(Text(secret, "expiration")))
            return AuthenticationResult.Invalid("bootstrap token has expired");
        if (Text(secret, "usage-bootstrap-authentication") != "true")
            return AuthenticationResult.Invalid("bootstrap token is not meant for authentication");
        var groups = new List<string> { Group };
        groups.AddRange(Text(secret, "auth-extra-groups").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(g => g.StartsWith(Group + ":", StringComparison.Ordinal)));
        groups.Add(UserInfo.AuthenticatedGroup);
        return AuthenticationResult.Of(new UserInfo($"system:bootstrap:{token.Id}") { Groups = groups });
    }

    // What cannot be read as a time has expired.
    private bool HasExpired(string expiration) => expiration.Length > 0
        && (!DateTimeOffset.TryParse(expiration, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) || end <= clock.GetUtcNow());

    private static string Text(Secret secret, string key) => secret.Data.TryGetValue(key, out var value) ? Encoding.UTF8.GetString(value) : "";
}
