using System.Text;
using LiteKube.ApiServer.Health;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>/healthz, /livez and /readyz, whole and by check. (https://kubernetes.io/docs/reference/using-api/health-checks/)</summary>
internal sealed class HealthPaths(HealthChecks checks)
{
    private static readonly string[] s_roots = ["/healthz", "/livez", "/readyz"];

    public static bool IsHealth(string path) => RootOf(path) is not null;

    public async ValueTask<bool> TryHandleAsync(HttpContext context, string path)
    {
        if (RootOf(path) is not { } root)
            return false;
        if (path.Length <= root.Length + 1)
        {
            await WholeAsync(context, root);
            return true;
        }

        if (checks.Of(root[1..]).FirstOrDefault(c => path.AsSpan(root.Length + 1).SequenceEqual(c.Name)) is not { } one)
            return false;
        var failure = await one.RunAsync(context.RequestAborted);
        await TextAsync(context, failure is null ? 200 : 500, failure is null ? "ok" : $"internal server error: {failure}\n");
        return true;
    }

    private static string? RootOf(string path)
    {
        foreach (var root in s_roots)
        {
            if (path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/'))
                return root;
        }

        return null;
    }

    private async ValueTask WholeAsync(HttpContext context, string root)
    {
        var name = root[1..];
        var excluded = context.Request.Query["exclude"].OfType<string>().ToHashSet(StringComparer.Ordinal);
        var text = new StringBuilder();
        var failed = false;
        foreach (var check in checks.Of(name))
        {
            if (excluded.Remove(check.Name))
            {
                text.Append($"[+]{check.Name} excluded: ok\n");
                continue;
            }

            // What exactly is wrong is for the log, and for who may read the check's own path.
            var failure = await check.RunAsync(context.RequestAborted);
            failed |= failure is not null;
            text.Append(failure is null ? $"[+]{check.Name} ok\n" : $"[-]{check.Name} failed: reason withheld\n");
        }

        if (excluded.Count > 0)
            text.Append($"warn: some health checks cannot be excluded: no matches for {string.Join(',', excluded.Order(StringComparer.Ordinal).Select(e => $"\"{e}\""))}\n");
        if (failed)
            await TextAsync(context, 500, text.Append($"{name} check failed\n").ToString());
        else if (context.Request.Query.ContainsKey("verbose"))
            await TextAsync(context, 200, text.Append($"{name} check passed\n").ToString());
        else
            await TextAsync(context, 200, "ok");
    }

    private static ValueTask TextAsync(HttpContext context, int statusCode, string text)
    {
        context.Response.Headers.CacheControl = "no-cache, private";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return ResponseBody.WriteAsync(context, statusCode, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));
    }
}
