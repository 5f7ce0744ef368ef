using System.Text;
using LiteKube.ApiServer.Hosting;
using LiteKube.ApiServer.Storage;
using LiteKube.Store;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>/healthz, /livez and /readyz, whole and by check. (https://kubernetes.io/docs/reference/using-api/health-checks/)</summary>
internal sealed class HealthPaths(ReadySignal ready, ObjectStorage storage)
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, string path)
    {
        foreach (var root in (string[])["/healthz", "/livez", "/readyz"])
        {
            if (path == root || path == root + "/")
            {
                await WholeAsync(context, root);
                return true;
            }

            if (path.StartsWith(root + "/", StringComparison.Ordinal) && Checks(root).Contains(path[(root.Length + 1)..]))
            {
                var failure = await RunAsync(path[(root.Length + 1)..], context.RequestAborted);
                await TextAsync(context, failure is null ? 200 : 500, failure is null ? "ok" : $"internal server error: {failure}\n");
                return true;
            }
        }

        return false;
    }

    private static string[] Checks(string root) => root == "/readyz" ? ["ping", "store", "bootstrap"] : ["ping", "store"];

    private async ValueTask WholeAsync(HttpContext context, string root)
    {
        var excluded = context.Request.Query["exclude"];
        var text = new StringBuilder();
        var failed = false;
        foreach (var check in Checks(root))
        {
            var failure = excluded.Contains(check) ? null : await RunAsync(check, context.RequestAborted);
            failed |= failure is not null;
            text.Append(failure is null ? $"[+]{check} {(excluded.Contains(check) ? "excluded: ok" : "ok")}\n" : $"[-]{check} failed: {failure}\n");
        }

        var name = root[1..];
        if (!failed && !context.Request.Query.ContainsKey("verbose"))
            await TextAsync(context, 200, "ok");
        else
            await TextAsync(context, failed ? 500 : 200, text.Append(failed ? $"{name} check failed\n" : $"{name} check passed\n").ToString());
    }

    private async ValueTask<string?> RunAsync(string check, CancellationToken cancellationToken)
    {
        switch (check)
        {
            case "bootstrap":
                return ready.IsReady ? null : "the cluster's first objects are not there yet, or the server is stopping";
            case "store":
                try
                {
                    await storage.ListAsync(new StoreQuery("core/namespaces/", Limit: 1), cancellationToken);
                    return null;
                }
                catch (StoreUnavailableException e)
                {
                    return e.Message;
                }

            default:
                return null;
        }
    }

    private static ValueTask TextAsync(HttpContext context, int statusCode, string text)
    {
        context.Response.Headers.CacheControl = "no-cache, private";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return ResponseBody.WriteAsync(context, statusCode, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));
    }
}
