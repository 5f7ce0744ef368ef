using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiteKube.Api.Certificates.V1;

namespace LiteKube.Admission.Tests;

public sealed class CertificateSubjectRestrictionTests
{
    private readonly PluginFixture _fixture = new();

    [Theory]
    [InlineData("kubernetes.io/kube-apiserver-client", "O=people, CN=alice", true)]
    [InlineData("kubernetes.io/kube-apiserver-client", "O=system:masters, CN=alice", false)]
    [InlineData("kubernetes.io/kube-apiserver-client", "O=people, O=system:masters, CN=alice", false)]
    [InlineData("example.com/own", "O=system:masters, CN=alice", true)]
    public async Task Create_SubjectOfMasters_IsForbiddenForTheClusterSigner(string signer, string subject, bool allowed)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = new CertificateRequest(new X500DistinguishedName(subject, X500DistinguishedNameFlags.None), key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var create = () => CreateAsync(signer, Convert.ToBase64String(Encoding.ASCII.GetBytes(pem)));

        if (allowed)
            await create();
        else
            Assert.Contains("system:masters group is not allowed", await PluginFixture.DeniedAsync(create), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_WhatIsNoRequest_IsForbidden() =>
        await PluginFixture.DeniedAsync(() => CreateAsync("kubernetes.io/kube-apiserver-client", "bm9uZQ=="));

    private Task CreateAsync(string signer, string request) =>
        _fixture.CreateAsync(CertificateSigningRequest.Resource, $$$"""{"metadata":{"name":"c"},"spec":{"signerName":"{{{signer}}}","request":"{{{request}}}"}}""");
}
