using System.Text;

namespace LiteKube.ApiServer.Http;

/// <summary>What <c>GET /</c> lists.</summary>
internal static class RootPaths
{
    private static readonly string[] s_paths =
    [
        "/.well-known/openid-configuration", "/api", "/api/v1", "/apis", "/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/openid/v1/jwks", "/readyz", "/version",
    ];

    public static ReadOnlyMemory<byte> Document { get; } = Encoding.UTF8.GetBytes($$"""{"paths":["{{string.Join("\",\"", s_paths)}}"]}""");

    public static bool Has(string path) => path is "/" or "" || s_paths.Contains(path.TrimEnd('/'), StringComparer.Ordinal);
}
