using System.Security.Cryptography;
using LiteKube.Api;
using LiteKube.Api.OpenApi;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Resources;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>/openapi/v2 and /openapi/v3 of the built-in kinds and of the custom resources served now.</summary>
internal sealed class OpenApiPaths(ResourceRegistry registry)
{
    private const string V2Path = "/openapi/v2";
    private const string V3Path = "/openapi/v3";

    private volatile Published? _published;

    public async ValueTask<bool> TryHandleAsync(HttpContext context, string path)
    {
        if (path == V2Path)
        {
            var whole = Current();
            await WriteAsync(context, whole.V2, whole.V2Tag);
            return true;
        }

        if (path is V3Path or V3Path + "/")
        {
            await WriteAsync(context, Current().V3Index, null);
            return true;
        }

        if (!path.StartsWith(V3Path + "/", StringComparison.Ordinal) || Current().V3(path[(V3Path.Length + 1)..]) is not { } document)
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

    /// <summary>Made anew when what is served has changed and somebody asks.</summary>
    private Published Current()
    {
        var snapshot = registry.Current;
        if (_published is { } ready && ReferenceEquals(ready.Snapshot, snapshot))
            return ready;
        var made = new Published(snapshot);
        _published = made;
        return made;
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

    private sealed class Published(RegistrySnapshot snapshot)
    {
        private readonly KindSchema[] _customs = [.. snapshot.Resources.Where(r => r.Custom is not null).Select(r => r.Schema)];

        private readonly Lazy<ReadOnlyMemory<byte>> _v2 = new(() => OpenApiDocuments.V2With([.. snapshot.Resources.Where(r => r.Custom is not null).Select(r => r.Schema)]));

        public RegistrySnapshot Snapshot => snapshot;

        public ReadOnlyMemory<byte> V2 => _v2.Value;

        public string V2Tag => field ??= Convert.ToHexString(SHA256.HashData(V2.Span));

        public byte[] V3Index => field ??= OpenApiDocuments.V3Index(Customs.Values);

        private Dictionary<string, OpenApiV3Document> Customs => field ??= _customs.GroupBy(k => k.Resource.BasePath.TrimStart('/'), StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => OpenApiDocuments.V3Of(g.Key, g), StringComparer.Ordinal);

        public OpenApiV3Document? V3(string path) => OpenApiDocuments.V3(path) ?? Customs.GetValueOrDefault(path);
    }
}
