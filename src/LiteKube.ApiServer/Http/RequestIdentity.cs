using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using LiteKube.Api;
using LiteKube.Api.Security;
using LiteKube.Security.Authentication;
using LiteKube.Security.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LiteKube.ApiServer.Http;

/// <summary>Who a request comes from: the user a front proxy names, its token, else its connection's certificate, else nobody; then whom it speaks for, where it may.</summary>
internal sealed class RequestIdentity(IAuthenticator authenticator, IAuthorizer authorizer, ApiServerOptions options, TimeProvider time)
{
    private static readonly TimeSpan s_recheckAfter = TimeSpan.FromMinutes(1);

    // By the certificate object, which lives as long as its connection. Many streams of one connection come here at once, and a connection's own items may not be written by two of them.
    private readonly ConditionalWeakTable<X509Certificate2, Known> _known = [];

    /// <exception cref="ApiException">Unauthorized.</exception>
    public async ValueTask<UserInfo> AuthenticateAsync(HttpContext context, string path, CancellationToken cancellationToken)
    {
        var user = await FindAsync(context, cancellationToken);
        return user is null ? Anonymous(path) : user;
    }

    /// <exception cref="ApiException">Forbidden.</exception>
    public async ValueTask<Caller> ImpersonateAsync(UserInfo user, HttpContext context, CancellationToken cancellationToken) => Impersonation.IsAsked(context.Request.Headers)
        ? new Caller(await Impersonation.ResolveAsync(user, context.Request.Headers, authorizer, cancellationToken), user)
        : new Caller(user, null);

    private async ValueTask<UserInfo?> FindAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var token = BearerOf(context.Request.Headers.Authorization.ToString());
        if (FrontProxyHeaders.Read(context.Request.Headers) is { } proxied && context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } proxy)
            return UserOf(await authenticator.AuthenticateAsync(new AuthenticationRequest { ClientCertificate = proxy, Proxied = proxied, BearerToken = token }, cancellationToken));
        if (token is not null)
            return UserOf(await authenticator.AuthenticateAsync(new AuthenticationRequest { BearerToken = token }, cancellationToken));

        if (context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is not { } certificate)
            return null;
        // A connection's certificate never changes, so it is checked once.
        if (_known.TryGetValue(certificate, out var known) && known.Until > time.GetUtcNow())
            return known.User;
        var found = UserOf(await authenticator.AuthenticateAsync(new AuthenticationRequest { ClientCertificate = certificate }, cancellationToken));
        if (found is not null)
            _known.AddOrUpdate(certificate, new Known(found, time.GetUtcNow() + s_recheckAfter));
        return found;
    }

    private UserInfo Anonymous(string path) => options.Anonymous switch
    {
        AnonymousAccess.All => UserInfo.Anonymous,
        AnonymousAccess.Health when HealthPaths.IsHealth(path) => UserInfo.Anonymous,
        // A joining machine has nothing yet but the hash of what it will read there.
        _ when PathRoutes.IsOpen(path) => UserInfo.Anonymous,
        _ => throw Unauthorized(),
    };

    // Why is in nobody's answer: it would help only who guesses.
    private static ApiException Unauthorized() => new(StatusReason.Unauthorized, "Unauthorized");

    private static UserInfo? UserOf(AuthenticationResult result) => result.Outcome switch
    {
        AuthenticationOutcome.Authenticated => result.User!,
        AuthenticationOutcome.Invalid => throw Unauthorized(),
        _ => null,
    };

    private static string? BearerOf(string header) =>
        header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && header.Length > 7 ? header[7..].Trim() : null;

    /// <summary>Checked again now and then, since certificates expire while connections live on.</summary>
    private sealed record Known(UserInfo User, DateTimeOffset Until);
}
