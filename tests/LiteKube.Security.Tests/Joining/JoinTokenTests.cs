using LiteKube.Security.Joining;

namespace LiteKube.Security.Tests.Joining;

public sealed class JoinTokenTests
{
    private static readonly string s_pin = new('a', 64);

    [Fact]
    public void Parse_WhatWasRevealed_IsTheSameToken()
    {
        var token = new JoinToken(s_pin, BootstrapToken.New());

        Assert.Equal(token, JoinToken.Parse(token.Reveal() + "\n"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("LK1")]
    [InlineData("LK2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.abcdef.0123456789abcdef")]
    [InlineData("LK1aaa.abcdef.0123456789abcdef")]
    [InlineData("LK1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.abcdef.0123456789abcdef")]
    [InlineData("LK1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("LK1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.abcdef.0123456789abcde")]
    [InlineData("LK1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.abcdef.0123456789abcdeF")]
    [InlineData("LK1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.abcdefg.123456789abcdef")]
    public void Parse_WhatIsNoToken_SaysWhyAndWhereToFindOne(string text)
    {
        var error = Assert.Throws<FormatException>(() => JoinToken.Parse(text));

        Assert.Contains("server/token", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcde", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_NeverShowsTheSecret()
    {
        var token = new JoinToken(s_pin, BootstrapToken.New());

        Assert.DoesNotContain(token.Token.Secret, token.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(token.Token.Secret, token.Token.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Current_SecondStart_KeepsTheToken()
    {
        using var fixture = new SecurityFixture();

        var first = new JoinTokens(fixture.Pki, fixture.Options).Current;
        var second = new JoinTokens(fixture.Pki, fixture.Options).Current;

        Assert.Equal(first, second);
        Assert.Equal(fixture.Pki.ServerCa.Pin, first.Pin);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(fixture.Options.JoinTokenPath));
        Assert.Equal(first.Reveal() + "\n", File.ReadAllText(fixture.Options.JoinTokenPath));
    }

    [Fact]
    public void Current_CaMadeAnew_KeepsTheSecretUnderTheNewPin()
    {
        using var fixture = new SecurityFixture();
        var old = new JoinToken(s_pin, BootstrapToken.New());
        File.WriteAllText(fixture.Options.JoinTokenPath, old.Reveal());

        var current = new JoinTokens(fixture.Pki, fixture.Options).Current;

        Assert.Equal(old.Token, current.Token);
        Assert.Equal(fixture.Pki.ServerCa.Pin, current.Pin);
    }
}
