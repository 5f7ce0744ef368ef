using LiteKube.Api;
using LiteKube.Api.Security;
using LiteKube.Security.Authentication;
using LiteKube.Security.Authorization;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LiteKube.ApiServer.Http;

/// <summary>Who a request comes from: its token, else its connection's certificate, else nobody; then whom it speaks for, where it may.</summary>
internal sealed class RequestIdentity(IAuthenticator authenticator, IAuthorizer authorizer, TimeProvider time)
{
    private static readonly object s_connectionKey = new();
    private static readonly TimeSpan s_recheckAfter = TimeSpan.FromMinutes(1);

    public async ValueTask<UserInfo> OfAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var user = await AuthenticateAsync(context, cancellationToken);
        return Impersonation.IsAsked(context.Request.Headers)
            ? await Impersonation.ResolveAsync(user, context.Request.Headers, authorizer, cancellationToken)
            : user;
    }

    private async ValueTask<UserInfo> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var token = BearerOf(context.Request.Headers.Authorization.ToString());
        if (token is not null)
            return UserOf(await authenticator.AuthenticateAsync(new AuthenticationRequest { BearerToken = token }, cancellationToken));

        // A connection's certificate never changes, so it is checked once.
        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryGetValue(s_connectionKey, out var known) && known is Known { Until: var until, User: var user } && until > time.GetUtcNow())
            return user;
        var certificate = context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;
        if (certificate is null)
            return UserInfo.Anonymous;
        var found = UserOf(await authenticator.AuthenticateAsync(new AuthenticationRequest { ClientCertificate = certificate }, cancellationToken));
        if (items is not null)
            items[s_connectionKey] = new Known(found, time.GetUtcNow() + s_recheckAfter);
        return found;
    }

    private static UserInfo UserOf(AuthenticationResult result) => result.Outcome switch
    {
        AuthenticationOutcome.Authenticated => result.User!,
        AuthenticationOutcome.Invalid => throw new ApiException(StatusReason.Unauthorized, "Unauthorized"),
        _ => UserInfo.Anonymous,
    };

    private static string? BearerOf(string header) =>
        header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && header.Length > 7 ? header[7..].Trim() : null;

    /// <summary>Checked again now and then, since certificates expire while connections live on.</summary>
    private sealed record Known(UserInfo User, DateTimeOffset Until);
}
