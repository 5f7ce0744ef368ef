using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Security.Authentication;
using LiteKube.Security.Joining;

namespace LiteKube.Security.Tests.Authentication;

public sealed class BootstrapTokenAuthenticatorTests : IDisposable
{
    private readonly SecurityFixture _fixture = new();
    private readonly BootstrapToken _token = BootstrapToken.New();

    [Fact]
    public async Task Authenticate_TokenOfASecret_IsABootstrapper()
    {
        Put([]);

        var result = await _fixture.AuthenticateAsync(_token.Bearer);

        Assert.Equal($"system:bootstrap:{_token.Id}", result.User!.Name);
        Assert.Equal(["system:bootstrappers", "system:authenticated"], result.User.Groups);
    }

    [Fact]
    public async Task Authenticate_ExtraGroups_AreBootstrappersOnly()
    {
        Put(new() { ["auth-extra-groups"] = "system:bootstrappers:workers,system:masters" });

        var result = await _fixture.AuthenticateAsync(_token.Bearer);

        Assert.Equal(["system:bootstrappers", "system:bootstrappers:workers", "system:authenticated"], result.User!.Groups);
    }

    [Theory]
    [InlineData("expiration", "2026-06-01T11:59:59Z")]
    [InlineData("expiration", "soon")]
    [InlineData("usage-bootstrap-authentication", "false")]
    [InlineData("token-secret", "0000000000000000")]
    [InlineData("token-id", "000000")]
    public async Task Authenticate_SecretSaysOtherwise_IsInvalid(string key, string value)
    {
        Put(new() { [key] = value });

        Assert.Equal(AuthenticationOutcome.Invalid, (await _fixture.AuthenticateAsync(_token.Bearer)).Outcome);
    }

    [Fact]
    public async Task Authenticate_ExpirationAhead_IsGood()
    {
        Put(new() { ["expiration"] = "2026-06-01T12:00:01Z" });

        Assert.Equal(AuthenticationOutcome.Authenticated, (await _fixture.AuthenticateAsync(_token.Bearer)).Outcome);
    }

    [Fact]
    public async Task Authenticate_SecretOfAnotherType_IsInvalid()
    {
        _fixture.Objects.Put(_token.ToSecret("") with { Type = "Opaque" });

        Assert.Equal(AuthenticationOutcome.Invalid, (await _fixture.AuthenticateAsync(_token.Bearer)).Outcome);
    }

    [Fact]
    public async Task Authenticate_NoSuchToken_IsInvalid() =>
        Assert.Equal(AuthenticationOutcome.Invalid, (await _fixture.AuthenticateAsync(_token.Bearer)).Outcome);

    public void Dispose() => _fixture.Dispose();

    private void Put(Dictionary<string, string> changes)
    {
        var secret = _token.ToSecret("");
        var data = new Dictionary<string, byte[]>(secret.Data);
        foreach (var (key, value) in changes)
            data[key] = Encoding.ASCII.GetBytes(value);
        _fixture.Objects.Put(secret with { Data = data });
    }
}
