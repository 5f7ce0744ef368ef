using LiteKube.Api.Security;
using LiteKube.Security.Authentication;
using LiteKube.Security.Pki;

namespace LiteKube.Security.Tests.Authentication;

public sealed class FrontProxyTests : IDisposable
{
    private static readonly UserInfo s_jane = new("jane") { Groups = ["dev"], Uid = "7" };

    private readonly SecurityFixture _fixture = new();

    [Fact]
    public async Task The_front_proxy_names_its_users()
    {
        using var proxy = _fixture.Pki.RequestHeaderCa.Issue(new CertificateSubject(ClusterPki.FrontProxyName), CertificateUsage.ClientAuth);

        var result = await _fixture.Authenticator.AuthenticateAsync(new AuthenticationRequest { ClientCertificate = proxy, Proxied = s_jane }, CancellationToken.None);

        Assert.Equal("jane", result.User!.Name);
        Assert.Equal("7", result.User.Uid);
        Assert.Equal(["dev", "system:authenticated"], result.User.Groups);
    }

    [Fact]
    public async Task Another_name_of_its_authority_names_nobody()
    {
        using var other = _fixture.Pki.RequestHeaderCa.Issue(new CertificateSubject("another"), CertificateUsage.ClientAuth);

        var result = await _fixture.Authenticator.AuthenticateAsync(new AuthenticationRequest { ClientCertificate = other, Proxied = s_jane }, CancellationToken.None);

        Assert.Equal(AuthenticationOutcome.Invalid, result.Outcome);
    }

    [Fact]
    public async Task A_client_of_the_cluster_stays_who_it_is()
    {
        using var client = _fixture.Pki.ClientCa.Issue(new CertificateSubject(ClusterPki.FrontProxyName), CertificateUsage.ClientAuth);

        var result = await _fixture.Authenticator.AuthenticateAsync(new AuthenticationRequest { ClientCertificate = client, Proxied = s_jane }, CancellationToken.None);

        Assert.Equal(ClusterPki.FrontProxyName, result.User!.Name);
    }

    public void Dispose() => _fixture.Dispose();
}
