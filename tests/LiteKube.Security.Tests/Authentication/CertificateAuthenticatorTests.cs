using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LiteKube.Security.Authentication;
using LiteKube.Security.Pki;

namespace LiteKube.Security.Tests.Authentication;

public sealed class CertificateAuthenticatorTests : IDisposable
{
    private readonly SecurityFixture _fixture = new();

    [Fact]
    public async Task Authenticate_ClientCertificate_GivesUserGroupsAndCredentialId()
    {
        using var certificate = _fixture.Pki.IssueClient("system:node:a", "system:nodes");

        var result = await AuthenticateAsync(certificate);

        Assert.Equal(AuthenticationOutcome.Authenticated, result.Outcome);
        Assert.Equal("system:node:a", result.User!.Name);
        Assert.Equal(["system:nodes", "system:authenticated"], result.User.Groups);
        Assert.Equal("a", result.User.NodeName);
        Assert.StartsWith("X509SHA256=", Assert.Single(result.User.Extra["authentication.kubernetes.io/credential-id"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authenticate_OrganizationsInOnePart_AreAllGroups()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = _fixture.Pki.ClientCa.Sign(new PublicKey(key), SubjectWithOneSet("alice", "a", "b"), null, CertificateUsage.ClientAuth, CertificateLifetimes.Leaf);

        var result = await AuthenticateAsync(certificate);

        Assert.Equal("alice", result.User!.Name);
        Assert.Equal(["a", "b", "system:authenticated"], result.User.Groups);
    }

    [Fact]
    public async Task Authenticate_CertificateOfAnotherCa_IsInvalid()
    {
        using var other = new SecurityFixture();
        using var certificate = other.Pki.IssueClient("system:admin", "system:masters");

        var result = await AuthenticateAsync(certificate);

        Assert.Equal(AuthenticationOutcome.Invalid, result.Outcome);
        Assert.Contains("unknown authority", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authenticate_CertificateOfTheServerCa_IsInvalid()
    {
        using var certificate = _fixture.Pki.ServerCa.Issue(new CertificateSubject("system:admin") { Organizations = ["system:masters"] }, CertificateUsage.ClientAuth);

        Assert.Equal(AuthenticationOutcome.Invalid, (await AuthenticateAsync(certificate)).Outcome);
    }

    [Fact]
    public async Task Authenticate_CertificateForServing_IsInvalid()
    {
        using var certificate = _fixture.Pki.ClientCa.Issue(new CertificateSubject("alice"), CertificateUsage.ServerAuth);

        Assert.Equal(AuthenticationOutcome.Invalid, (await AuthenticateAsync(certificate)).Outcome);
    }

    [Fact]
    public async Task Authenticate_CertificateThatWasGoodAndExpired_IsInvalid()
    {
        using var certificate = _fixture.Pki.IssueClient("alice");
        Assert.Equal(AuthenticationOutcome.Authenticated, (await AuthenticateAsync(certificate)).Outcome);

        _fixture.Clock.Advance(TimeSpan.FromDays(366));

        var result = await AuthenticateAsync(certificate);
        Assert.Equal(AuthenticationOutcome.Invalid, result.Outcome);
        Assert.Contains("expired", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authenticate_NoCredentials_IsNone() =>
        Assert.Equal(AuthenticationOutcome.None, (await _fixture.Authenticator.AuthenticateAsync(new AuthenticationRequest(), CancellationToken.None)).Outcome);

    public void Dispose() => _fixture.Dispose();

    private ValueTask<AuthenticationResult> AuthenticateAsync(X509Certificate2 certificate) =>
        _fixture.Authenticator.AuthenticateAsync(new AuthenticationRequest { ClientCertificate = certificate }, CancellationToken.None);

    private static X500DistinguishedName SubjectWithOneSet(string user, params string[] groups)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSetOf())
            {
                foreach (var group in groups)
                    Pair(writer, "2.5.4.10", group);
            }

            using (writer.PushSetOf())
                Pair(writer, "2.5.4.3", user);
        }

        return new X500DistinguishedName(writer.Encode());

        static void Pair(AsnWriter writer, string type, string value)
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(type);
                writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
            }
        }
    }
}
