using System.Text.Json.Nodes;
using LiteKube.Security.Authentication;
using LiteKube.Security.Authentication.Oidc;
using LiteKube.Testing.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Security.Tests.Authentication.Oidc;

public sealed class OidcAuthenticatorTests : IAsyncLifetime
{
    private readonly SecurityFixture _fixture = new();
    private readonly SetClock _clock = new();
    private FakeIssuer _issuer = null!;
    private string _caFile = "";

    public async Task InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync(_fixture.Pki.ServerCa);
        _caFile = Path.Combine(_fixture.Directory, "issuer-ca.pem");
        await File.WriteAllTextAsync(_caFile, _fixture.Pki.ServerCa.Pem);
        // The issuer's certificate is judged by the wall clock, as TLS is.
        _clock.Now = DateTimeOffset.UtcNow;
    }

    [Fact]
    public async Task A_token_of_the_issuer_names_its_user_and_groups()
    {
        using var oidc = Authenticator(o => o with { GroupsClaim = "groups", GroupsPrefix = "oidc:" });

        var result = await oidc.AuthenticateAsync(_issuer.Token(_clock.Now, ("groups", new JsonArray("dev", "ops"))), [], CancellationToken.None);

        Assert.Equal(AuthenticationOutcome.Authenticated, result.Outcome);
        Assert.Equal(_issuer.Url + "#jane", result.User!.Name);
        Assert.Equal(["oidc:dev", "oidc:ops", "system:authenticated"], result.User.Groups);
    }

    [Theory]
    [InlineData("email", null, "jane@example.com")]
    [InlineData("email", "x:", "x:jane@example.com")]
    [InlineData("sub", "-", "jane")]
    [InlineData("sub", "x:", "x:jane")]
    public async Task Names_have_their_prefix(string claim, string? prefix, string name)
    {
        using var oidc = Authenticator(o => o with { UsernameClaim = claim, UsernamePrefix = prefix });

        var result = await oidc.AuthenticateAsync(_issuer.Token(_clock.Now, ("email", "jane@example.com"), ("email_verified", true)), [], CancellationToken.None);

        Assert.Equal(name, result.User?.Name);
    }

    [Theory]
    [InlineData("aud", "\"another\"", "expected audience")]
    [InlineData("aud", "[\"another\"]", "expected audience")]
    [InlineData("exp", "1000", "token is expired")]
    [InlineData("exp", null, "token is expired")]
    [InlineData("nbf", "99999999999", "token is not valid yet")]
    [InlineData("email_verified", "false", "email not verified")]
    [InlineData("email", null, "claim not present")]
    [InlineData("hd", "\"other.example.com\"", "required claim hd value does not match")]
    [InlineData("hd", null, "required claim hd not present in ID token")]
    [InlineData("groups", "7", "neither a string nor a list of strings")]
    public async Task A_token_that_does_not_suit_is_refused(string claim, string? value, string why)
    {
        using var oidc = Authenticator(o => o with { UsernameClaim = "email", GroupsClaim = "groups", RequiredClaims = new Dictionary<string, string> { ["hd"] = "example.com" } });
        var token = _issuer.Token(_clock.Now, ("email", "jane@example.com"), ("hd", "example.com"), (claim, value is null ? null : JsonNode.Parse(value)));

        var result = await oidc.AuthenticateAsync(token, [], CancellationToken.None);

        Assert.Equal(AuthenticationOutcome.Invalid, result.Outcome);
        Assert.Contains(why, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_algorithms_that_are_allowed_are()
    {
        using var oidc = Authenticator(o => o);
        foreach (var algorithm in (string[])["none", "HS256", "RS512"])
        {
            var token = _issuer.Sign(algorithm, new JsonObject { ["iss"] = _issuer.Url, ["aud"] = "litekube", ["sub"] = "jane", ["exp"] = _clock.Now.AddMinutes(1).ToUnixTimeSeconds() });
            Assert.Contains("unsupported algorithm", (await oidc.AuthenticateAsync(token, [], CancellationToken.None)).Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Keys_are_read_once_and_again_when_the_issuer_changes_them()
    {
        using var oidc = Authenticator(o => o);
        await ExpectAsync(oidc, _issuer.Token(_clock.Now), AuthenticationOutcome.Authenticated);
        await ExpectAsync(oidc, _issuer.Token(_clock.Now, ("sub", "joe")), AuthenticationOutcome.Authenticated);
        Assert.Equal(1, _issuer.Reads);

        _issuer.ChangeKey();
        var fresh = _issuer.Token(_clock.Now);
        // Not at once: unknown keys must not make the server ask as often as somebody likes.
        await ExpectAsync(oidc, fresh, AuthenticationOutcome.Invalid);
        Assert.Equal(1, _issuer.Reads);
        _clock.Advance(TimeSpan.FromSeconds(11));
        await ExpectAsync(oidc, fresh, AuthenticationOutcome.Authenticated);
        Assert.Equal(2, _issuer.Reads);
    }

    [Fact]
    public async Task An_issuer_that_is_down_is_asked_again_and_known_keys_go_on()
    {
        using var oidc = Authenticator(o => o);
        _issuer.IsDown = true;
        Assert.Equal("oidc: authenticator not initialized", (await oidc.AuthenticateAsync(_issuer.Token(_clock.Now), [], CancellationToken.None)).Error);

        _issuer.IsDown = false;
        _clock.Advance(TimeSpan.FromSeconds(11));
        await ExpectAsync(oidc, _issuer.Token(_clock.Now), AuthenticationOutcome.Authenticated);

        _issuer.IsDown = true;
        _clock.Advance(TimeSpan.FromSeconds(11));
        await ExpectAsync(oidc, _issuer.Token(_clock.Now, ("sub", "joe")), AuthenticationOutcome.Authenticated);
    }

    [Fact]
    public async Task A_token_changed_on_its_way_is_refused()
    {
        using var oidc = Authenticator(o => o);
        var parts = _issuer.Token(_clock.Now).Split('.');
        var other = _issuer.Token(_clock.Now, ("sub", "root")).Split('.');

        await ExpectAsync(oidc, $"{parts[0]}.{other[1]}.{parts[2]}", AuthenticationOutcome.Invalid);
    }

    [Fact]
    public async Task Tokens_of_others_are_left_to_others()
    {
        using var oidc = Authenticator(o => o);
        await ExpectAsync(oidc, _issuer.Token(_clock.Now, ("iss", "https://elsewhere")), AuthenticationOutcome.None);
        await ExpectAsync(oidc, "abc", AuthenticationOutcome.None);
        await ExpectAsync(oidc, "a.b.c", AuthenticationOutcome.None);
    }

    [Fact]
    public async Task A_verified_token_ends_with_its_time()
    {
        using var oidc = Authenticator(o => o);
        var token = _issuer.Token(_clock.Now);
        await ExpectAsync(oidc, token, AuthenticationOutcome.Authenticated);

        _clock.Advance(TimeSpan.FromMinutes(11));

        await ExpectAsync(oidc, token, AuthenticationOutcome.Invalid);
    }

    public async Task DisposeAsync()
    {
        await _issuer.DisposeAsync();
        _fixture.Dispose();
    }

    private static async Task ExpectAsync(OidcAuthenticator oidc, string token, AuthenticationOutcome outcome) =>
        Assert.Equal(outcome, (await oidc.AuthenticateAsync(token, [], CancellationToken.None)).Outcome);

    private OidcAuthenticator Authenticator(Func<OidcOptions, OidcOptions> change) => new(
        _fixture.Options with { Oidc = change(new OidcOptions { IssuerUrl = _issuer.Url, ClientId = "litekube", CaFile = _caFile }) }, _clock, NullLogger<OidcAuthenticator>.Instance);
}
