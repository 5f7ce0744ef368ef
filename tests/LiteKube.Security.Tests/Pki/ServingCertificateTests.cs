using System.Net;
using System.Security.Authentication;
using LiteKube.Security.Authentication;
using LiteKube.Security.Pki;

namespace LiteKube.Security.Tests.Pki;

public sealed class ServingCertificateTests : IDisposable
{
    private readonly SecurityFixture _fixture = new();

    [Theory]
    [InlineData("kubernetes")]
    [InlineData("kubernetes.default")]
    [InlineData("kubernetes.default.svc")]
    [InlineData("kubernetes.default.svc.cluster.local")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("10.43.0.1")]
    public async Task Handshake_NameInTheCertificate_Succeeds(string name)
    {
        using var serving = _fixture.NewServingCertificate();

        Assert.Null(await LoopbackTls.HandshakeAsync(serving.ContextFor(IPAddress.Loopback), _fixture.Pki.ServerCa.PublicCertificate, name));
    }

    [Fact]
    public async Task Handshake_NameNotInTheCertificate_Fails()
    {
        using var serving = _fixture.NewServingCertificate();

        await Assert.ThrowsAsync<AuthenticationException>(() => LoopbackTls.HandshakeAsync(serving.ContextFor(null), _fixture.Pki.ServerCa.PublicCertificate, "example.com"));
    }

    [Fact]
    public async Task Handshake_ClientTrustsAnotherCa_Fails()
    {
        using var serving = _fixture.NewServingCertificate();

        await Assert.ThrowsAsync<AuthenticationException>(() => LoopbackTls.HandshakeAsync(serving.ContextFor(null), _fixture.Pki.ClientCa.PublicCertificate, "localhost"));
    }

    [Fact]
    public async Task Handshake_WithClientCertificate_TellsTheServerWhoItIs()
    {
        using var serving = _fixture.NewServingCertificate();
        using var client = _fixture.Pki.IssueClient("alice", "builders", "testers");

        using var seen = await LoopbackTls.HandshakeAsync(serving.ContextFor(null), _fixture.Pki.ServerCa.PublicCertificate, "localhost", client);
        var result = await _fixture.Authenticator.AuthenticateAsync(new AuthenticationRequest { ClientCertificate = seen }, CancellationToken.None);

        Assert.Equal("alice", result.User!.Name);
        Assert.Equal(["builders", "system:authenticated", "testers"], result.User.Groups.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ContextFor_AddressSeenFirstNow_IsInANewCertificate()
    {
        using var serving = _fixture.NewServingCertificate();
        var before = serving.For(IPAddress.Loopback);
        var address = IPAddress.Parse("192.0.2.77");
        Assert.False(serving.Names(address));

        var after = serving.For(address);

        Assert.NotEqual(before.SerialNumber, after.SerialNumber);
        Assert.Same(after, serving.For(address));
        Assert.Same(after, serving.For(IPAddress.Parse("::ffff:192.0.2.77")));
        Assert.Null(await LoopbackTls.HandshakeAsync(serving.ContextFor(address), _fixture.Pki.ServerCa.PublicCertificate, "192.0.2.77"));
    }

    [Fact]
    public void For_LastThirdOfItsLife_IsMadeAnew()
    {
        using var serving = _fixture.NewServingCertificate();
        var first = serving.For(null);

        _fixture.Clock.Advance(TimeSpan.FromDays(360));

        Assert.True(serving.For(null).NotAfter > first.NotAfter);
    }

    [Fact]
    public void For_ConfiguredNames_AreInTheCertificate()
    {
        var options = _fixture.Options with { TlsSans = ["k8s.example.com", "203.0.113.9"] };
        using var serving = new ServingCertificate(_fixture.Pki, options, _fixture.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<ServingCertificate>.Instance);

        Assert.True(serving.For(null).MatchesHostname("k8s.example.com"));
        Assert.True(serving.For(null).MatchesHostname("203.0.113.9"));
    }

    public void Dispose() => _fixture.Dispose();
}
