using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using LiteKube.Api.Codecs;

namespace LiteKube.Security.Tokens;

/// <summary>Service-account tokens as JSON Web Tokens in compact form (RFC 7515, RFC 7519).</summary>
internal static class TokenCodec
{
    private const string LegacyPrefix = "kubernetes.io/serviceaccount/";

    public static string Sign(TokenClaims claims, TokenSigningKey key)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
            Write(writer, claims);
        var signed = $"{key.Header}.{Base64Url.EncodeToString(buffer.WrittenSpan)}";
        return $"{signed}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>The claims of a token with the form of a JWT, unverified; null for anything else.</summary>
    public static TokenClaims? Peek(string token)
    {
        var first = token.IndexOf('.');
        var last = token.LastIndexOf('.');
        if (first <= 0 || last <= first + 1 || token.IndexOf('.', first + 1) != last || Decode(token.AsSpan(first + 1, last - first - 1)) is not { } payload)
            return null;
        try
        {
            return Read(payload);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Whether this key made the signature, by the algorithm that is this key's own: what the token's header claims is never believed.</summary>
    public static bool IsSignedBy(string token, TokenSigningKey key)
    {
        var first = token.IndexOf('.');
        var last = token.LastIndexOf('.');
        if (Decode(token.AsSpan(0, first)) is not { } header || !HeaderNames(header, key) || Decode(token.AsSpan(last + 1)) is not { } signature)
            return false;
        return key.Verify(Encoding.ASCII.GetBytes(token[..last]), signature);
    }

    private static bool HeaderNames(byte[] header, TokenSigningKey key)
    {
        try
        {
            using var document = JsonDocument.Parse(header);
            var root = document.RootElement;
            return root.GetProperty("alg").GetString() == key.Algorithm
                && (!root.TryGetProperty("kid", out var kid) || kid.GetString() == key.KeyId)
                && !root.TryGetProperty("crit", out _);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return false;
        }
    }

    // Only the one canonical spelling: else a token would have many that are equally good.
    private static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (!Base64Url.IsValid(text))
            return null;
        var bytes = Base64Url.DecodeFromChars(text);
        return text.SequenceEqual(Base64Url.EncodeToString(bytes)) ? bytes : null;
    }

    private static void Write(Utf8JsonWriter writer, TokenClaims claims)
    {
        writer.WriteStartObject();
        if (claims.IsLegacy)
        {
            writer.WriteString("iss", claims.Issuer);
            writer.WriteString(LegacyPrefix + "namespace", claims.Namespace);
            writer.WriteString(LegacyPrefix + "secret.name", claims.Secret!.Value.Name);
            writer.WriteString(LegacyPrefix + "service-account.name", claims.ServiceAccount.Name);
            writer.WriteString(LegacyPrefix + "service-account.uid", claims.ServiceAccount.Uid);
            writer.WriteString("sub", claims.Subject);
            writer.WriteEndObject();
            return;
        }

        writer.WriteStartArray("aud");
        foreach (var audience in claims.Audiences)
            writer.WriteStringValue(audience);
        writer.WriteEndArray();
        writer.WriteNumber("exp", claims.Expires);
        writer.WriteNumber("iat", claims.IssuedAt);
        writer.WriteString("iss", claims.Issuer);
        writer.WriteString("jti", claims.Id);
        writer.WriteStartObject("kubernetes.io");
        writer.WriteString("namespace", claims.Namespace);
        WriteObject(writer, "node", claims.Node);
        WriteObject(writer, "pod", claims.Pod);
        WriteObject(writer, "secret", claims.Secret);
        WriteObject(writer, "serviceaccount", claims.ServiceAccount);
        if (claims.WarnAfter is { } warnAfter)
            writer.WriteNumber("warnafter", warnAfter);
        writer.WriteEndObject();
        writer.WriteNumber("nbf", claims.NotBefore);
        writer.WriteString("sub", claims.Subject);
        writer.WriteEndObject();
    }

    private static void WriteObject(Utf8JsonWriter writer, string property, TokenObject? value)
    {
        if (value is not { } present)
            return;
        writer.WriteStartObject(property);
        writer.WriteString("name", present.Name);
        writer.WriteString("uid", present.Uid);
        writer.WriteEndObject();
    }

    private static TokenClaims? Read(byte[] payload)
    {
        using var document = JsonDocument.Parse(payload);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            return null;
        var claims = new TokenClaims
        {
            Issuer = Text(root, "iss"),
            Subject = Text(root, "sub"),
            Audiences = ReadAudiences(root),
            Expires = Number(root, "exp") ?? 0,
            NotBefore = Number(root, "nbf") ?? 0,
            IssuedAt = Number(root, "iat") ?? 0,
            Id = Text(root, "jti"),
        };
        if (claims.IsLegacy)
        {
            return claims with
            {
                Namespace = Text(root, LegacyPrefix + "namespace"),
                Secret = new TokenObject(Text(root, LegacyPrefix + "secret.name"), ""),
                ServiceAccount = new TokenObject(Text(root, LegacyPrefix + "service-account.name"), Text(root, LegacyPrefix + "service-account.uid")),
            };
        }

        if (!root.TryGetProperty("kubernetes.io", out var own) || own.ValueKind != JsonValueKind.Object)
            return claims;
        return claims with
        {
            Namespace = Text(own, "namespace"),
            ServiceAccount = ReadObject(own, "serviceaccount") ?? default,
            Pod = ReadObject(own, "pod"),
            Node = ReadObject(own, "node"),
            Secret = ReadObject(own, "secret"),
            WarnAfter = Number(own, "warnafter"),
        };
    }

    private static IReadOnlyList<string> ReadAudiences(JsonElement root)
    {
        if (!root.TryGetProperty("aud", out var audiences))
            return [];
        return audiences.ValueKind == JsonValueKind.Array ? [.. audiences.EnumerateArray().Select(a => a.GetString() ?? "")] : [audiences.GetString() ?? ""];
    }

    private static TokenObject? ReadObject(JsonElement parent, string property) =>
        parent.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Object ? new TokenObject(Text(value, "name"), Text(value, "uid")) : null;

    private static string Text(JsonElement parent, string property) =>
        parent.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static long? Number(JsonElement parent, string property) =>
        parent.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number ? (long)value.GetDouble() : null;
}
