using System.Security.Cryptography;
using LiteKube.Api;
using LiteKube.Api.OpenApi;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>/openapi/v2 and /openapi/v3, made of the schema on first use.</summary>
internal sealed class OpenApiPaths
{
    private const string V2Path = "/openapi/v2";
    private const string V3Path = "/openapi/v3";

    private readonly Lazy<string> _v2Tag = new(() => Convert.ToHexString(SHA256.HashData(OpenApiDocuments.V2.Span)));
    private readonly Lazy<byte[]> _v3Index = new(() => OpenApiDocuments.V3Index());

    public async ValueTask<bool> TryHandleAsync(HttpContext context, string path)
    {
        if (path == V2Path)
        {
            await WriteAsync(context, OpenApiDocuments.V2, _v2Tag.Value);
            return true;
        }

        if (path is V3Path or V3Path + "/")
        {
            await WriteAsync(context, _v3Index.Value, null);
            return true;
        }

        if (!path.StartsWith(V3Path + "/", StringComparison.Ordinal) || OpenApiDocuments.V3(path[(V3Path.Length + 1)..]) is not { } document)
            return false;
        var hash = context.Request.Query["hash"].ToString();
        if (hash.Length > 0 && hash != document.Hash)
        {
            context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            context.Response.Headers.Location = $"{path}?hash={document.Hash}";
            return true;
        }

        // An address with a hash never changes what it leads to.
        if (hash.Length > 0)
            context.Response.Headers.CacheControl = "public, immutable";
        await WriteAsync(context, document.Json, document.Hash);
        return true;
    }

    private static async ValueTask WriteAsync(HttpContext context, ReadOnlyMemory<byte> json, string? tag)
    {
        if (AcceptHeader.Parse(context.Request.Headers.Accept).Choose(transforms: false) is null)
            throw new ApiException(StatusReason.NotAcceptable, "only the following media types are accepted: application/json");
        if (tag is not null)
        {
            context.Response.Headers.ETag = $"\"{tag}\"";
            if (context.Request.Headers.IfNoneMatch.ToString() == $"\"{tag}\"")
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }

        context.Response.Headers.Vary = "Accept";
        await ResponseBody.WriteAsync(context, 200, ResultWriter.Json, json);
    }
}
