using System.Globalization;
using LiteKube.Api;
using LiteKube.Api.Authentication.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Security.Pki;

namespace LiteKube.Security.Tokens;

/// <summary>Issues service-account tokens: the TokenRequest sub-resource, and the long-lived tokens of Secrets of type kubernetes.io/service-account-token.</summary>
public sealed class ServiceAccountTokens(ClusterPki pki, SecurityOptions options, IObjectReader objects, TimeProvider clock)
{
    private const long DefaultSeconds = 3600;
    private const long LeastSeconds = 600;
    private const long MostSeconds = 1L << 32;

    /// <summary>The lifetime that pods' own tokens ask for. Clients from before tokens expired never fetch a second one, so these live on for a year.</summary>
    private const long ExtendedWhenSeconds = 3607;
    private const long ExtendedSeconds = 365 * 24 * 3600;

    /// <summary>Answers a TokenRequest: the request with its defaults, and the token in its status.</summary>
    /// <exception cref="ApiException">Invalid lifetime, or the account or the object to bind to does not exist.</exception>
    public async ValueTask<TokenRequest> IssueAsync(string ns, string serviceAccount, TokenRequest request, CancellationToken cancellationToken)
    {
        var spec = request.Spec with
        {
            Audiences = request.Spec.Audiences.Count > 0 ? request.Spec.Audiences : [options.Issuer],
            ExpirationSeconds = request.Spec.ExpirationSeconds ?? DefaultSeconds,
        };
        var seconds = spec.ExpirationSeconds.Value;
        Validate(seconds);
        var account = await objects.GetAsync(ServiceAccount.Resource, ns, serviceAccount, cancellationToken) ?? throw ApiException.NotFound(ServiceAccount.Resource, serviceAccount);
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new TokenClaims
        {
            Issuer = options.Issuer,
            Subject = $"system:serviceaccount:{ns}:{serviceAccount}",
            Audiences = spec.Audiences,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + seconds,
            Id = Guid.NewGuid().ToString(),
            Namespace = ns,
            ServiceAccount = new TokenObject(serviceAccount, account.Header.Uid),
        };
        if (spec.BoundObjectRef is { } reference)
            claims = await BindAsync(claims, ns, serviceAccount, reference, cancellationToken);
        if (claims.Pod is not null && seconds == ExtendedWhenSeconds && spec.Audiences.SequenceEqual([options.Issuer]))
            claims = claims with { WarnAfter = now + seconds, Expires = now + ExtendedSeconds };
        return request with
        {
            Metadata = request.Metadata with { Name = serviceAccount, Namespace = ns, CreationTimestamp = DateTimeOffset.FromUnixTimeSeconds(now) },
            Spec = spec,
            Status = new TokenRequestStatus { Token = TokenCodec.Sign(claims, pki.TokenKey), ExpirationTimestamp = DateTimeOffset.FromUnixTimeSeconds(now + seconds) },
        };
    }

    /// <summary>The token of a Secret of type kubernetes.io/service-account-token: good until the Secret or the account is deleted.</summary>
    public string IssueForSecret(string ns, string serviceAccount, string serviceAccountUid, string secret) => TokenCodec.Sign(
        new TokenClaims
        {
            Issuer = TokenClaims.LegacyIssuer,
            Subject = $"system:serviceaccount:{ns}:{serviceAccount}",
            Namespace = ns,
            ServiceAccount = new TokenObject(serviceAccount, serviceAccountUid),
            Secret = new TokenObject(secret, ""),
        },
        pki.TokenKey);

    private async ValueTask<TokenClaims> BindAsync(TokenClaims claims, string ns, string serviceAccount, BoundObjectReference reference, CancellationToken cancellationToken)
    {
        var name = reference.Name ?? "";
        switch (reference.ApiVersion, reference.Kind)
        {
            case ("v1", "Pod"):
                var pod = await FindAsync(Pod.Resource, ns, name, reference, cancellationToken);
                var podSpec = pod.As<Pod>().Spec;
                if (podSpec.ServiceAccountName != serviceAccount)
                    throw new ApiException(StatusReason.BadRequest, $"cannot bind token for serviceaccount \"{serviceAccount}\" to pod running with different serviceaccount name.");
                claims = claims with { Pod = new TokenObject(name, pod.Header.Uid) };
                if (string.IsNullOrEmpty(podSpec.NodeName))
                    return claims;
                var host = await objects.GetAsync(Node.Resource, null, podSpec.NodeName, cancellationToken);
                return claims with { Node = new TokenObject(podSpec.NodeName, host?.Header.Uid ?? "") };
            case ("v1", "Secret"):
                var secret = await FindAsync(Secret.Resource, ns, name, reference, cancellationToken);
                return claims with { Secret = new TokenObject(name, secret.Header.Uid) };
            case ("v1", "Node"):
                var node = await FindAsync(Node.Resource, null, name, reference, cancellationToken);
                return claims with { Node = new TokenObject(name, node.Header.Uid) };
            default:
                throw new ApiException(StatusReason.BadRequest, $"cannot bind token to object of type {reference.ApiVersion}, Kind={reference.Kind}");
        }
    }

    private async ValueTask<KubeObject> FindAsync(ResourceType resource, string? ns, string name, BoundObjectReference reference, CancellationToken cancellationToken)
    {
        var found = await objects.GetAsync(resource, ns, name, cancellationToken) ?? throw ApiException.NotFound(resource, name);
        if (!string.IsNullOrEmpty(reference.Uid) && reference.Uid != found.Header.Uid)
            throw ApiException.Conflict(resource, name, $"the UID in the bound object reference ({reference.Uid}) does not match the UID in record. The object might have been deleted and then recreated");
        return found;
    }

    private static void Validate(long seconds)
    {
        var problem = seconds < LeastSeconds ? "may not specify a duration less than 10 minutes"
            : seconds > MostSeconds ? "may not specify a duration larger than 2^32 seconds"
            : null;
        if (problem is null)
            return;
        var value = $"Invalid value: {seconds.ToString(CultureInfo.InvariantCulture)}: {problem}";
        throw new ApiException(StatusReason.Invalid, $"TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: {value}", new StatusDetails
        {
            Group = "authentication.k8s.io",
            Kind = "TokenRequest",
            Causes = [new StatusCause { Reason = "FieldValueInvalid", Message = value, Field = "spec.expirationSeconds" }],
        });
    }
}
