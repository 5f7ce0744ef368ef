using System.Text;
using LiteKube.Security.Pki;
using LiteKube.Security.Tokens;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>Documents that are bytes: the version, the cluster's CA, the token issuer's discovery, metrics, OpenAPI.</summary>
internal sealed class DocumentPaths(ApiServerOptions options, ClusterPki pki, OidcDocuments oidc, MetricsPage metrics, OpenApiPaths openApi)
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, string path)
    {
        switch (path)
        {
            case "/version" or "/version/":
                await ResponseBody.WriteAsync(context, 200, ResultWriter.Json, VersionDocument.Of(options.Version));
                return true;
            case "/cacerts":
                await ResponseBody.WriteAsync(context, 200, "application/x-pem-file", Encoding.ASCII.GetBytes(pki.ServerCa.Pem));
                return true;
            case OidcDocuments.DiscoveryPath:
                await ResponseBody.WriteAsync(context, 200, ResultWriter.Json, oidc.Discovery);
                return true;
            case OidcDocuments.KeysPath:
                await ResponseBody.WriteAsync(context, 200, OidcDocuments.KeysContentType, oidc.Keys);
                return true;
            case "/metrics":
                await ResponseBody.WriteAsync(context, 200, "text/plain; version=0.0.4; charset=utf-8", await metrics.RenderAsync(context.RequestAborted));
                return true;
            case "/" or "":
                await ResponseBody.WriteAsync(context, 200, ResultWriter.Json, RootPaths.Document);
                return true;
            default:
                return await openApi.TryHandleAsync(context, path);
        }
    }
}
