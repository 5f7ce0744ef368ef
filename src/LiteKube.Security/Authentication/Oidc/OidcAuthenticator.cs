using System.Text;
using System.Text.Json;
using LiteKube.Api.Security;
using Microsoft.Extensions.Logging;

namespace LiteKube.Security.Authentication.Oidc;

/// <summary>ID tokens of one issuer.</summary>
internal sealed class OidcAuthenticator : ITokenAuthenticator, IDisposable
{
    /// <summary>How far the issuer's clock may be ahead.</summary>
    private static readonly TimeSpan s_leeway = TimeSpan.FromMinutes(5);

    private readonly OidcOptions? _options;
    private readonly TimeProvider _clock;
    private readonly IssuerKeys? _keys;
    private readonly DigestCache<(UserInfo User, DateTimeOffset Expires)> _verified = new(1024);

    public OidcAuthenticator(SecurityOptions options, TimeProvider clock, ILogger<OidcAuthenticator> log)
    {
        _options = options.Oidc;
        _clock = clock;
        if (_options is not null)
            _keys = new IssuerKeys(_options, clock, log);
    }

    public bool IsForServer => true;

    public async ValueTask<AuthenticationResult> AuthenticateAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancellationToken)
    {
        if (_options is null)
            return AuthenticationResult.None;
        var digest = Digest.Of(Encoding.UTF8.GetBytes(token));
        if (_verified.TryGet(digest, out var known) && _clock.GetUtcNow() < known.Expires)
            return AuthenticationResult.Of(known.User);
        if (IdToken.TryParse(token) is not { } parsed || parsed.Text("iss") != _options.IssuerUrl)
            return AuthenticationResult.None;
        if (await ProblemAsync(parsed, _options, cancellationToken) is { } problem)
            return AuthenticationResult.Invalid($"oidc: {problem}");
        if (UserOf(parsed, _options, out var error) is not { } user)
            return AuthenticationResult.Invalid($"oidc: {error}");
        _verified.Add(digest, (user, parsed.Time("exp")!.Value));
        return AuthenticationResult.Of(user);
    }

    public void Dispose() => _keys?.Dispose();

    private async ValueTask<string?> ProblemAsync(IdToken token, OidcOptions options, CancellationToken cancellationToken)
    {
        if (!options.SigningAlgorithms.Contains(token.Algorithm))
            return $"verify token: id token signed with unsupported algorithm, expected [{string.Join(' ', options.SigningAlgorithms)}]";
        if (token.Texts("aud") is not { } audiences || !audiences.Contains(options.ClientId))
            return $"verify token: expected audience \"{options.ClientId}\"";
        var now = _clock.GetUtcNow();
        if (token.Time("exp") is not { } expires || now >= expires)
            return "verify token: token is expired";
        if (token.Time("nbf") is { } notBefore && now + s_leeway < notBefore)
            return "verify token: token is not valid yet";
        return await _keys!.VerifiesAsync(token, cancellationToken) switch
        {
            true => null,
            false => "authenticator not initialized",
            null => "verify token: failed to verify signature: failed to verify id token signature",
        };
    }

    private static UserInfo? UserOf(IdToken token, OidcOptions options, out string error)
    {
        error = "";
        if (token.Text(options.UsernameClaim) is not { Length: > 0 } name)
        {
            error = $"parse username claims \"{options.UsernameClaim}\": claim not present";
            return null;
        }

        if (options.UsernameClaim == "email" && token.Claims.TryGetProperty("email_verified", out var verified) && verified.ValueKind != JsonValueKind.True)
        {
            error = "email not verified";
            return null;
        }

        foreach (var (claim, wanted) in options.RequiredClaims)
        {
            if (token.Text(claim) is not { } value)
                error = $"required claim {claim} not present in ID token";
            else if (value != wanted)
                error = $"required claim {claim} value does not match";
            if (error.Length > 0)
                return null;
        }

        var prefix = options.UsernamePrefix switch
        {
            "-" => "",
            null => options.UsernameClaim == "email" ? "" : options.IssuerUrl + "#",
            var own => own,
        };
        var groups = new List<string>();
        if (options.GroupsClaim is { } groupsClaim && token.Claims.TryGetProperty(groupsClaim, out _))
        {
            if (token.Texts(groupsClaim) is not { } named)
            {
                error = $"parse groups claim \"{groupsClaim}\": neither a string nor a list of strings";
                return null;
            }

            groups.AddRange(named.Select(g => options.GroupsPrefix + g));
        }

        if (!groups.Contains(UserInfo.AuthenticatedGroup))
            groups.Add(UserInfo.AuthenticatedGroup);
        return new UserInfo(prefix + name) { Groups = groups };
    }
}
