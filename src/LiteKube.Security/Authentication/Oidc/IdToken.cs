using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace LiteKube.Security.Authentication.Oidc;

/// <summary>A JSON Web Token in compact form, taken apart and not yet believed.</summary>
internal sealed class IdToken
{
    private IdToken(string algorithm, string keyId, JsonElement claims, byte[] signedPart, byte[] signature)
    {
        Algorithm = algorithm;
        KeyId = keyId;
        Claims = claims;
        SignedPart = signedPart;
        Signature = signature;
    }

    public string Algorithm { get; }

    public string KeyId { get; }

    public JsonElement Claims { get; }

    public byte[] SignedPart { get; }

    public byte[] Signature { get; }

    public static IdToken? TryParse(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
            return null;
        try
        {
            var header = Parse(parts[0]);
            var claims = Parse(parts[1]);
            if (header.ValueKind != JsonValueKind.Object || claims.ValueKind != JsonValueKind.Object || header.TryGetProperty("crit", out _))
                return null;
            return new IdToken(Text(header, "alg") ?? "", Text(header, "kid") ?? "", claims, Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')]), Base64Url.DecodeFromChars(parts[2]));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    public string? Text(string claim) => Text(Claims, claim);

    /// <summary>A claim of one string or of several; null where it is neither.</summary>
    public IReadOnlyList<string>? Texts(string claim)
    {
        if (!Claims.TryGetProperty(claim, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.String)
            return [value.GetString()!];
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) ? [.. value.EnumerateArray().Select(v => v.GetString()!)] : null;
    }

    public DateTimeOffset? Time(string claim) =>
        Claims.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is > -62135596800 and < 253402300800
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)) : null;

    private static JsonElement Parse(string part)
    {
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part));
        return document.RootElement.Clone();
    }

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
