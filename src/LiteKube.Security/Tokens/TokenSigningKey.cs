using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LiteKube.Security.Tokens;

/// <summary>
/// The key that signs service-account tokens: ECDSA P-256 (ES256) as LiteKube makes it, or RSA (RS256) where the operator brings one, for verifiers
/// that know nothing else.
/// </summary>
internal sealed class TokenSigningKey : IDisposable
{
    private readonly ECDsa? _ecdsa;
    private readonly RSA? _rsa;
    private readonly Lock _signing = new();

    private TokenSigningKey(ECDsa? ecdsa, RSA? rsa)
    {
        _ecdsa = ecdsa;
        _rsa = rsa;
        Algorithm = ecdsa is not null ? "ES256" : "RS256";
        var spki = ecdsa?.ExportSubjectPublicKeyInfo() ?? rsa!.ExportSubjectPublicKeyInfo();
        KeyId = Base64Url.EncodeToString(SHA256.HashData(spki));
        Header = Base64Url.EncodeToString(Encoding.ASCII.GetBytes($$"""{"alg":"{{Algorithm}}","kid":"{{KeyId}}"}"""));
    }

    public string Algorithm { get; }

    /// <summary>The hash of the public key, as Kubernetes names keys.</summary>
    public string KeyId { get; }

    /// <summary>The encoded header of every token this key signs.</summary>
    public string Header { get; }

    /// <exception cref="Pki.PkiException">Neither an RSA nor a P-256 key.</exception>
    public static TokenSigningKey FromPem(string pem)
    {
        var ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportFromPem(pem);
            if (ecdsa.KeySize != 256)
                throw new Pki.PkiException($"service-account.key is an ECDSA key of {ecdsa.KeySize} bits; tokens are signed with P-256 or RSA keys");
            return new TokenSigningKey(ecdsa, null);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            ecdsa.Dispose();
        }

        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return new TokenSigningKey(null, rsa);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            rsa.Dispose();
            throw new Pki.PkiException($"service-account.key holds neither an ECDSA P-256 nor an RSA private key: {e.Message}. Restore it from a backup, or delete it to have a new one made; tokens signed with the old one are then refused.", e);
        }
    }

    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (_signing)
            return _ecdsa?.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation) ?? _rsa!.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        lock (_signing)
            return _ecdsa?.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation) ?? _rsa!.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>The public half as a JSON Web Key.</summary>
    public string Jwk()
    {
        if (_ecdsa is not null)
        {
            var point = _ecdsa.ExportParameters(false).Q;
            return $$"""{"use":"sig","kty":"EC","kid":"{{KeyId}}","crv":"P-256","alg":"ES256","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}""";
        }

        var key = _rsa!.ExportParameters(false);
        return $$"""{"use":"sig","kty":"RSA","kid":"{{KeyId}}","alg":"RS256","n":"{{Base64Url.EncodeToString(key.Modulus)}}","e":"{{Base64Url.EncodeToString(key.Exponent)}}"}""";
    }

    public void Dispose()
    {
        _ecdsa?.Dispose();
        _rsa?.Dispose();
    }
}
