using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LiteKube.Security.Authentication.Oidc;

namespace LiteKube.Security.Tests.Authentication.Oidc;

/// <summary>Every algorithm that issuers sign with is verified by the key that it is for, and by no other.</summary>
public sealed class JsonWebKeyTests
{
    private static readonly byte[] s_data = Encoding.ASCII.GetBytes("header.payload");

    [Theory]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS384")]
    [InlineData("PS512")]
    public void An_RSA_key_verifies_what_it_signed(string algorithm)
    {
        using var rsa = RSA.Create(2048);
        var public_ = rsa.ExportParameters(false);
        using var key = Read($$"""{"kty":"RSA","n":"{{Base64Url.EncodeToString(public_.Modulus)}}","e":"{{Base64Url.EncodeToString(public_.Exponent)}}"}""");
        var signature = rsa.SignData(s_data, Hash(algorithm), algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
        Assert.True(key.Verifies(algorithm, s_data, signature));
        Assert.False(key.Verifies(algorithm, Encoding.ASCII.GetBytes("header.other"), signature));
        Assert.False(key.Verifies((algorithm[0] == 'P' ? "RS" : "PS") + algorithm[2..], s_data, signature));
        Assert.False(key.Verifies("ES" + algorithm[2..], s_data, signature));
        Assert.False(key.Verifies("none", s_data, []));
    }

    [Theory]
    [InlineData("ES256", "nistP256", "P-256")]
    [InlineData("ES384", "nistP384", "P-384")]
    [InlineData("ES512", "nistP521", "P-521")]
    public void A_key_of_a_curve_verifies_what_it_signed(string algorithm, string curve, string name)
    {
        using var ecdsa = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        var point = ecdsa.ExportParameters(false).Q;
        using var key = Read($$"""{"kty":"EC","crv":"{{name}}","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}""");
        var signature = ecdsa.SignData(s_data, Hash(algorithm), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        Assert.True(key.Verifies(algorithm, s_data, signature));
        Assert.False(key.Verifies(algorithm, Encoding.ASCII.GetBytes("header.other"), signature));
        foreach (var other in ((string[])["ES256", "ES384", "ES512", "RS256"]).Where(a => a != algorithm))
            Assert.False(key.Verifies(other, s_data, signature));
    }

    [Fact]
    public void A_key_that_names_its_algorithm_verifies_no_other()
    {
        using var rsa = RSA.Create(2048);
        var public_ = rsa.ExportParameters(false);
        using var key = Read($$"""{"kty":"RSA","alg":"RS256","n":"{{Base64Url.EncodeToString(public_.Modulus)}}","e":"{{Base64Url.EncodeToString(public_.Exponent)}}"}""");
        Assert.True(key.Verifies("RS256", s_data, rsa.SignData(s_data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
        Assert.False(key.Verifies("RS512", s_data, rsa.SignData(s_data, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1)));
    }

    private static HashAlgorithmName Hash(string algorithm) => new("SHA" + algorithm[2..]);

    private static JsonWebKey Read(string key)
    {
        using var document = JsonDocument.Parse($$"""{"keys":[{{key}}]}""");
        return Assert.Single(JsonWebKey.ReadSet(document.RootElement));
    }
}
