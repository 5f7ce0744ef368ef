using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiteKube.Api.Certificates.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Security.Authorization.Bootstrap;
using LiteKube.Security.Authorization.Rbac;
using LiteKube.Security.Pki;
using LiteKube.Security.Signing;

namespace LiteKube.Security.Tests.Signing;

public sealed class CsrTests : IDisposable
{
    private const string NodeA = "system:node:a";

    private readonly SecurityFixture _fixture = new();
    private readonly RbacAuthorizer _authorizer;
    private readonly ServingCertificate _serving;
    private readonly CsrSteps _steps;

    public CsrTests()
    {
        foreach (var one in BootstrapRbac.Objects())
            _fixture.Objects.Put(one.Resource, one.Object);
        _authorizer = new RbacAuthorizer(_fixture.Objects);
        _serving = _fixture.NewServingCertificate();
        _steps = new CsrSteps(new CsrPolicy(_authorizer, _fixture.Objects, _serving, _fixture.Options), new CertificateSigner(_fixture.Pki), _fixture.Clock);
    }

    [Fact]
    public async Task Next_BootstrapperAsksForANode_IsApprovedThenSigned()
    {
        var csr = Request(SignerNames.KubeletClient, "system:bootstrap:abcdef", ["system:bootstrappers"], new CertificateSubject(NodeA) { Organizations = ["system:nodes"] }, "client auth");

        var approval = await _steps.NextAsync(csr, CancellationToken.None);
        Assert.Equal("approval", approval!.Subresource);
        var signing = await _steps.NextAsync(approval.Request, CancellationToken.None);
        Assert.Equal("status", signing!.Subresource);
        Assert.Null(await _steps.NextAsync(signing.Request, CancellationToken.None));

        using var certificate = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(signing.Request.Status.Certificate!));
        Assert.True(_fixture.Pki.ClientCa.Verifies(certificate, null, CertificateUsage.ClientAuth, out var error), error);
        Assert.Equal(NodeA, Api.Security.CertificateUser.Of(certificate.SubjectName).Name);
    }

    [Fact]
    public async Task Next_NodeRenewsItself_IsApproved() =>
        Assert.Equal("approval", (await NextAsync(Request(SignerNames.KubeletClient, NodeA, ["system:nodes"], new CertificateSubject(NodeA) { Organizations = ["system:nodes"] }, "client auth")))?.Subresource);

    [Fact]
    public async Task Next_NodeAsksForAnother_WaitsForAPerson() =>
        Assert.Null(await NextAsync(Request(SignerNames.KubeletClient, NodeA, ["system:nodes"], new CertificateSubject("system:node:b") { Organizations = ["system:nodes"] }, "client auth")));

    [Fact]
    public async Task Next_SomeoneAsksForANode_WaitsForAPerson() =>
        Assert.Null(await NextAsync(Request(SignerNames.KubeletClient, "alice", [], new CertificateSubject(NodeA) { Organizations = ["system:nodes"] }, "client auth")));

    [Theory]
    [InlineData("a", "192.0.2.10", true)]
    [InlineData("b", "192.0.2.10", false)]
    [InlineData("kubernetes.default", "192.0.2.10", false)]
    [InlineData("a", "127.0.0.1", false)]
    [InlineData("a", "10.43.0.1", false)]
    [InlineData("a", "10.43.7.7", false)]
    [InlineData("a", "192.0.2.20", false)]
    [InlineData("a", "0.0.0.0", false)]
    [InlineData("a", "224.0.0.1", false)]
    public async Task Next_ServingCertificate_IsApprovedForWhatIsTheNodesOwn(string name, string address, bool approved)
    {
        _fixture.PutNode("a", "192.0.2.10");
        _fixture.PutNode("b", "192.0.2.20");
        var subject = new CertificateSubject(NodeA) { Organizations = ["system:nodes"], DnsNames = [name], Addresses = [IPAddress.Parse(address)] };

        var step = await NextAsync(Request(SignerNames.KubeletServing, NodeA, ["system:nodes"], subject, "server auth"));

        Assert.Equal(approved, step is not null);
    }

    [Fact]
    public async Task Next_ServingCertificateForABootstrapper_WaitsForAPerson()
    {
        var subject = new CertificateSubject(NodeA) { Organizations = ["system:nodes"], DnsNames = ["a"] };

        Assert.Null(await NextAsync(Request(SignerNames.KubeletServing, "system:bootstrap:abcdef", ["system:bootstrappers"], subject, "server auth")));
    }

    [Theory]
    [InlineData(SignerNames.KubeletClient, "system:node:a", "system:masters", "client auth")]
    [InlineData(SignerNames.KubeletClient, "system:admin", "system:nodes", "client auth")]
    [InlineData(SignerNames.KubeletClient, "system:node:", "system:nodes", "client auth")]
    [InlineData(SignerNames.KubeletClient, "system:node:a", "system:nodes", "server auth")]
    [InlineData(SignerNames.KubeletServing, "system:node:a", "system:nodes", "server auth")]
    [InlineData(SignerNames.Client, "alice", "people", "server auth")]
    public async Task Next_ApprovedButNotWhatTheSignerSigns_Fails(string signer, string user, string group, string usage)
    {
        var csr = Approved(Request(signer, "admin", [], new CertificateSubject(user) { Organizations = [group] }, usage));

        var step = await NextAsync(csr);

        Assert.Equal("status", step!.Subresource);
        Assert.Null(step.Request.Status.Certificate);
        Assert.Equal("SignerValidationFailure", step.Request.Status.Conditions.Single(c => c.Type == "Failed").Reason);
        Assert.Null(await NextAsync(step.Request));
    }

    [Fact]
    public async Task Next_ApprovedClient_IsSignedForAsLongAsAsked()
    {
        var csr = Approved(Request(SignerNames.Client, "admin", [], new CertificateSubject("alice") { Organizations = ["people"] }, "client auth"));
        csr = csr with { Spec = csr.Spec with { ExpirationSeconds = 3600 } };

        var step = await NextAsync(csr);

        using var certificate = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(step!.Request.Status.Certificate!));
        Assert.Equal(_fixture.Clock.Now.AddHours(1).UtcDateTime, certificate.NotAfter.ToUniversalTime());
    }

    [Fact]
    public async Task Next_RequestChangedAfterItWasSigned_Fails()
    {
        var csr = Approved(Request(SignerNames.Client, "admin", [], new CertificateSubject("alice"), "client auth"));
        var der = PemEncoding.Find(Encoding.ASCII.GetString(csr.Spec.Request));
        var bytes = Convert.FromBase64String(Encoding.ASCII.GetString(csr.Spec.Request)[der.Base64Data]);
        var at = bytes.AsSpan().IndexOf("alice"u8);
        bytes[at] = (byte)'A';

        var step = await NextAsync(csr with { Spec = csr.Spec with { Request = Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE REQUEST", bytes)) } });

        Assert.Null(step!.Request.Status.Certificate);
    }

    [Fact]
    public async Task Next_DeniedOrForeign_IsLeftAlone()
    {
        var csr = Request(SignerNames.KubeletClient, "system:bootstrap:abcdef", ["system:bootstrappers"], new CertificateSubject(NodeA) { Organizations = ["system:nodes"] }, "client auth");

        Assert.Null(await NextAsync(csr with { Status = new CertificateSigningRequestStatus { Conditions = [new CertificateSigningRequestCondition { Type = "Denied", Status = "True" }] } }));
        Assert.Null(await NextAsync(Approved(csr with { Spec = csr.Spec with { SignerName = "example.com/own" } })));
    }

    public void Dispose()
    {
        _serving.Dispose();
        _authorizer.Dispose();
        _fixture.Dispose();
    }

    private ValueTask<CsrStep?> NextAsync(CertificateSigningRequest csr) => _steps.NextAsync(csr, CancellationToken.None);

    private static CertificateSigningRequest Approved(CertificateSigningRequest csr) =>
        csr with { Status = csr.Status with { Conditions = [new CertificateSigningRequestCondition { Type = "Approved", Status = "True" }] } };

    private static CertificateSigningRequest Request(string signer, string user, string[] groups, CertificateSubject subject, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject.Name, key, HashAlgorithmName.SHA256);
        if (subject.AlternativeNames() is { } names)
            request.CertificateExtensions.Add(names);
        return new CertificateSigningRequest
        {
            Metadata = new ObjectMeta { Name = "csr" },
            Spec = new CertificateSigningRequestSpec
            {
                SignerName = signer,
                Username = user,
                Groups = groups,
                Usages = ["digital signature", usage],
                Request = Encoding.ASCII.GetBytes(request.CreateSigningRequestPem()),
            },
        };
    }
}
