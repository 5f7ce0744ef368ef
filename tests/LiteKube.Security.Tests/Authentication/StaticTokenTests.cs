using LiteKube.Security.Authentication;

namespace LiteKube.Security.Tests.Authentication;

public sealed class StaticTokenTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("litekube-tokens-").FullName;

    [Fact]
    public async Task A_token_of_the_file_is_its_users()
    {
        using var fixture = Fixture("secret1,alice,7,\"dev,ops\"\nsecret2,bob,8\n");

        var alice = await fixture.AuthenticateAsync("secret1");
        Assert.Equal("alice", alice.User!.Name);
        Assert.Equal("7", alice.User.Uid);
        Assert.Equal(["dev", "ops", "system:authenticated"], alice.User.Groups);
        Assert.Equal("bob", (await fixture.AuthenticateAsync("secret2")).User!.Name);
        var unknown = await fixture.AuthenticateAsync("secret3");
        Assert.Equal(AuthenticationOutcome.Invalid, unknown.Outcome);
        Assert.Equal("invalid bearer token", unknown.Error);
    }

    [Fact]
    public async Task It_is_for_the_API_server_and_nobody_else()
    {
        using var fixture = Fixture("secret1,alice,7\n");

        var own = await fixture.AuthenticateAsync("secret1", "elsewhere", fixture.Options.Issuer);
        Assert.Equal([fixture.Options.Issuer], own.Audiences);
        Assert.Equal(AuthenticationOutcome.Invalid, (await fixture.AuthenticateAsync("secret1", "elsewhere")).Outcome);
    }

    [Theory]
    [InlineData("secret1,alice", "line 1: expected token,user,uid")]
    [InlineData("secret1,alice,7\n\nsecret1,bob,8", "line 3: this token stands in an earlier line")]
    [InlineData("secret1,,7", "line 1: the token and the user may not be empty")]
    [InlineData("secret1,alice,7,\"dev", "line 1: expected")]
    public void A_file_that_is_wrong_is_told_of_without_its_secrets(string text, string message)
    {
        var error = Assert.Throws<InvalidDataException>(() => Fixture(text));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret1", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private SecurityFixture Fixture(string text)
    {
        var path = Path.Combine(_directory, "tokens.csv");
        File.WriteAllText(path, text);
        return new SecurityFixture(options: o => o with { TokenFile = path });
    }
}
