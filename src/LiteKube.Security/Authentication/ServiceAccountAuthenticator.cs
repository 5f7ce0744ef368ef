using System.Security.Cryptography;
using System.Text;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Security;
using LiteKube.Security.Pki;
using LiteKube.Security.Tokens;

namespace LiteKube.Security.Authentication;

/// <summary>
/// Service-account tokens. The signature is checked once a token; what it is bound to (account, pod, node, secret) is looked up on every use, so that a
/// token ends with its object.
/// </summary>
internal sealed class ServiceAccountAuthenticator(ClusterPki pki, SecurityOptions options, IObjectReader objects, TimeProvider clock) : ITokenAuthenticator
{
    private const string Extra = "authentication.kubernetes.io/";
    private const string Invalidated = "service account token has been invalidated";

    /// <summary>How far clocks may differ, and how long a terminating pod's token still works.</summary>
    private static readonly TimeSpan s_leeway = TimeSpan.FromSeconds(60);

    private readonly DigestCache<TokenClaims> _verified = new(4096);

    public bool IsForServer => false;

    /// <summary>None for what is not a token of this cluster's issuers.</summary>
    public async ValueTask<AuthenticationResult> AuthenticateAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancellationToken)
    {
        var digest = Digest.Of(Encoding.UTF8.GetBytes(token));
        if (!_verified.TryGet(digest, out var claims))
        {
            claims = TokenCodec.Peek(token);
            if (claims is null || (!claims.IsLegacy && claims.Issuer != options.Issuer))
                return AuthenticationResult.None;
            if (!TokenCodec.IsSignedBy(token, pki.TokenKey))
                return AuthenticationResult.Invalid("the service account token's signature is not this cluster's");
            _verified.Add(digest, claims);
        }

        IReadOnlyList<string> own = claims.IsLegacy ? [options.Issuer] : claims.Audiences;
        IReadOnlyList<string> wanted = audiences.Count > 0 ? audiences : [options.Issuer];
        string[] common = [.. wanted.Where(own.Contains)];
        if (common.Length == 0)
            return AuthenticationResult.Invalid($"token audiences [{string.Join(' ', own)}] are not among the target audiences [{string.Join(' ', wanted)}]");
        var problem = TimeProblem(claims) ?? await ObjectProblemAsync(claims, token, cancellationToken);
        return problem is null ? AuthenticationResult.Of(UserOf(claims), common) : AuthenticationResult.Invalid(problem);
    }

    private string? TimeProblem(TokenClaims claims)
    {
        if (claims.IsLegacy)
            return null;

        // Not held against it: when it begins. That is when this cluster issued it, so a beginning to come only says that the clock was set back since.
        return clock.GetUtcNow() > DateTimeOffset.FromUnixTimeSeconds(claims.Expires) + s_leeway ? "service account token has expired" : null;
    }

    private async ValueTask<string?> ObjectProblemAsync(TokenClaims claims, string token, CancellationToken cancellationToken)
    {
        var (account, ns) = (claims.ServiceAccount, claims.Namespace);
        if (claims.Subject != $"{UserInfo.ServiceAccountPrefix}{ns}:{account.Name}")
            return "the service account token's subject is not its service account";
        var found = await objects.GetAsync(ServiceAccount.Resource, ns, account.Name, cancellationToken);
        if (found is null || found.Header.Uid != account.Uid || IsGone(found))
            return Invalidated;
        if (claims.IsLegacy)
            return await LegacyProblemAsync(claims, token, cancellationToken);
        if (claims.Pod is { } pod)
            return Matches(await objects.GetAsync(Pod.Resource, ns, pod.Name, cancellationToken), pod) ? null : Invalidated;
        if (claims.Secret is { } secret)
            return Matches(await objects.GetAsync(Secret.Resource, ns, secret.Name, cancellationToken), secret) ? null : Invalidated;
        if (claims.Node is { } node)
            return Matches(await objects.GetAsync(Node.Resource, null, node.Name, cancellationToken), node) ? null : Invalidated;
        return null;
    }

    private async ValueTask<string?> LegacyProblemAsync(TokenClaims claims, string token, CancellationToken cancellationToken)
    {
        var secret = await objects.GetAsync(Secret.Resource, claims.Namespace, claims.Secret!.Value.Name, cancellationToken);
        if (secret is null || IsGone(secret))
            return Invalidated;
        var content = secret.As<Secret>();
        return content.Type == "kubernetes.io/service-account-token"
            && !content.Metadata.Labels.ContainsKey("kubernetes.io/legacy-token-invalid-since")
            && content.Data.TryGetValue("token", out var stored)
            && CryptographicOperations.FixedTimeEquals(stored, Encoding.UTF8.GetBytes(token)) ? null : Invalidated;
    }

    private bool Matches(KubeObject? found, TokenObject bound) => found is not null && found.Header.Uid == bound.Uid && !IsGone(found);

    private bool IsGone(KubeObject found) => found.Header.DeletionTimestamp is { } deleted && clock.GetUtcNow() > deleted + s_leeway;

    private static UserInfo UserOf(TokenClaims claims)
    {
        var extra = new Dictionary<string, IReadOnlyList<string>>();
        if (claims.Id.Length > 0)
            extra[Extra + "credential-id"] = [$"JTI={claims.Id}"];
        if (claims.Pod is { } pod)
        {
            extra[Extra + "pod-name"] = [pod.Name];
            extra[Extra + "pod-uid"] = [pod.Uid];
        }

        if (claims.Node is { } node)
        {
            extra[Extra + "node-name"] = [node.Name];
            if (node.Uid.Length > 0)
                extra[Extra + "node-uid"] = [node.Uid];
        }

        return new UserInfo(claims.Subject)
        {
            Uid = claims.ServiceAccount.Uid,
            Groups = [UserInfo.ServiceAccountsGroup, $"{UserInfo.ServiceAccountsGroup}:{claims.Namespace}", UserInfo.AuthenticatedGroup],
            Extra = extra,
        };
    }
}
