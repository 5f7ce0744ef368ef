using System.Security.Cryptography;

namespace LiteKube.Runtimes.Native.Images;

/// <summary>Digests as <c>sha256:</c> and 64 lower-case hexadecimal digits: the only algorithm that registries use.</summary>
internal static class Digests
{
    private const string Prefix = "sha256:";
    private const int HexLength = 64;

    public static bool IsSha256(string? digest) =>
        digest is not null && digest.Length == Prefix.Length + HexLength && digest.StartsWith(Prefix, StringComparison.Ordinal) && digest.AsSpan(Prefix.Length).IndexOfAnyExcept("0123456789abcdef") < 0;

    public static string Of(ReadOnlySpan<byte> content) => Prefix + Convert.ToHexStringLower(SHA256.HashData(content));

    public static string Take(IncrementalHash hash) => Prefix + Convert.ToHexStringLower(hash.GetHashAndReset());
}
