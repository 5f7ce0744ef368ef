namespace LiteKube.ApiServer.Http;

/// <summary>What <c>GET /</c> lists.</summary>
internal static class RootPaths
{
    public static ReadOnlyMemory<byte> Document { get; } =
        """{"paths":["/.well-known/openid-configuration","/api","/api/v1","/apis","/healthz","/livez","/metrics","/openapi/v2","/openapi/v3","/openid/v1/jwks","/readyz","/version"]}"""u8.ToArray();
}
