using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace LiteKube.Security.Authentication.Oidc;

/// <summary>A public key of an issuer (RFC 7517), RSA or elliptic curve.</summary>
internal sealed class JsonWebKey : IDisposable
{
    private const int LeastRsaBits = 2048;

    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;
    private readonly string? _algorithm;
    private readonly Lock _verifying = new();

    private JsonWebKey(string id, string? algorithm, RSA? rsa, ECDsa? ecdsa)
    {
        Id = id;
        _algorithm = algorithm;
        _rsa = rsa;
        _ecdsa = ecdsa;
    }

    /// <summary>Empty where the issuer gave it none.</summary>
    public string Id { get; }

    /// <summary>The keys of a set that signatures can be verified with; others are passed over.</summary>
    public static IReadOnlyList<JsonWebKey> ReadSet(JsonElement set)
    {
        var keys = new List<JsonWebKey>();
        if (set.ValueKind != JsonValueKind.Object || !set.TryGetProperty("keys", out var all) || all.ValueKind != JsonValueKind.Array)
            throw new JsonException("there is no list of keys");
        foreach (var one in all.EnumerateArray())
        {
            if (one.ValueKind == JsonValueKind.Object && Text(one, "use") is null or "sig" && TryRead(one) is { } key)
                keys.Add(key);
        }

        return keys;
    }

    public bool Verifies(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if ((_algorithm is not null && _algorithm != algorithm) || algorithm.Length != 5)
            return false;
        var hash = algorithm[2..] switch { "256" => HashAlgorithmName.SHA256, "384" => HashAlgorithmName.SHA384, "512" => HashAlgorithmName.SHA512, _ => default };
        if (hash.Name is null)
            return false;
        lock (_verifying)
        {
            return algorithm[..2] switch
            {
                "RS" => _rsa?.VerifyData(data, signature, hash, RSASignaturePadding.Pkcs1) ?? false,
                "PS" => _rsa?.VerifyData(data, signature, hash, RSASignaturePadding.Pss) ?? false,
                // Each curve has its one hash.
                "ES" => _ecdsa is not null && _ecdsa.KeySize == (algorithm == "ES512" ? 521 : int.Parse(algorithm[2..], System.Globalization.CultureInfo.InvariantCulture))
                    && _ecdsa.VerifyData(data, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
                _ => false,
            };
        }
    }

    public void Dispose()
    {
        _rsa?.Dispose();
        _ecdsa?.Dispose();
    }

    private static JsonWebKey? TryRead(JsonElement key)
    {
        try
        {
            var id = Text(key, "kid") ?? "";
            switch (Text(key, "kty"))
            {
                case "RSA":
                    var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(key, "n"), Exponent = Bytes(key, "e") });
                    if (rsa.KeySize >= LeastRsaBits)
                        return new JsonWebKey(id, Text(key, "alg"), rsa, null);
                    rsa.Dispose();
                    return null;
                case "EC":
                    var curve = Text(key, "crv") switch { "P-256" => ECCurve.NamedCurves.nistP256, "P-384" => ECCurve.NamedCurves.nistP384, "P-521" => ECCurve.NamedCurves.nistP521, _ => throw new FormatException("an unknown curve") };
                    return new JsonWebKey(id, Text(key, "alg"), null, ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = Bytes(key, "x"), Y = Bytes(key, "y") } }));
                default:
                    return null;
            }
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return null;
        }
    }

    private static byte[] Bytes(JsonElement key, string name) => Base64Url.DecodeFromChars(Text(key, name) ?? throw new FormatException($"{name} is missing"));

    private static string? Text(JsonElement key, string name) => key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
