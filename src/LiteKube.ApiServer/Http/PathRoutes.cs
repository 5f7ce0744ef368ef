using LiteKube.Api;
using LiteKube.ApiServer.Discovery;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>Everything that is not a resource: discovery, version, health, documents.</summary>
internal sealed class PathRoutes(DiscoveryPaths discovery, HealthPaths health, DocumentPaths documents, EncryptionPaths encryption)
{
    private const string CaPath = "/cacerts";

    /// <summary>Served to anybody, before any authorization: a joining machine has only the hash of what it will read.</summary>
    public static bool IsOpen(string path) => path == CaPath;

    public async ValueTask HandleAsync(HttpContext context, string path)
    {
        if (await encryption.TryHandleAsync(context, path))
            return;
        if (context.Request.Method is not ("GET" or "HEAD"))
            throw discovery.Serves(path) || RootPaths.Has(path) ? new ApiException(StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource") : NotFound();
        if (!await discovery.TryHandleAsync(context, path) && !await health.TryHandleAsync(context, path) && !await documents.TryHandleAsync(context, path))
            throw NotFound();
    }

    private static ApiException NotFound() => new(StatusReason.NotFound, "the server could not find the requested resource");
}
