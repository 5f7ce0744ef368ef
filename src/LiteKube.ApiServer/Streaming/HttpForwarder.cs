using System.IO.Compression;
using System.Net;
using LiteKube.Api;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Streaming;

/// <summary>Passes a request on to a backend and streams its answer back.</summary>
internal sealed class HttpForwarder(BackendConnections connections)
{
    /// <param name="target">Path and query at the backend.</param>
    /// <param name="proxyPath">Put in front of redirects and, in pages, of links to paths of the backend's own; null leaves them.</param>
    public async Task ForwardAsync(HttpContext context, Backend backend, string target, string? proxyPath)
    {
        using var request = Request(context, backend, target);
        using var answer = await SendAsync(request, backend, context.RequestAborted);
        await CopyAsync(context, answer, backend, proxyPath);
    }

    /// <summary>A request of the server's own, with none of the caller's headers.</summary>
    public async Task<HttpResponseMessage> GetAsync(Backend backend, string target, CancellationToken cancellationToken)
    {
        var request = New(HttpMethod.Get, backend, target);
        return await SendAsync(request, backend, cancellationToken);
    }

    private static HttpRequestMessage Request(HttpContext context, Backend backend, string target)
    {
        var request = New(new HttpMethod(context.Request.Method), backend, target);
        if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0)
            request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, value) in ForwardedHeaders.ToBackend(context, upgrade: false).Concat(ForwardedHeaders.Forwarding(context)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static HttpRequestMessage New(HttpMethod method, Backend backend, string target)
    {
        var request = new HttpRequestMessage(method, new Uri($"http://{backend.Authority}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Options.Set(BackendConnections.BackendKey, backend);
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Backend backend, CancellationToken cancellationToken)
    {
        try
        {
            return await connections.PoolOf(backend).SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException e) when (e.InnerException is ApiException inner)
        {
            throw inner;
        }
        catch (HttpRequestException e)
        {
            throw new ApiException(StatusReason.ServiceUnavailable, $"error trying to reach service: {backend.Authority}: {e.Message}");
        }
    }

    private static async Task CopyAsync(HttpContext context, HttpResponseMessage answer, Backend backend, string? proxyPath)
    {
        var response = context.Response;
        response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            if (!ForwardedHeaders.IsHopByHop(name))
                response.Headers[name] = values.Select(v => name.Equals("Location", StringComparison.OrdinalIgnoreCase) ? Relocated(v, backend, proxyPath) : v).ToArray();
        }

        var isPage = proxyPath is not null && PageLinks.IsPage(response.ContentType) && response.Headers.ContentEncoding.ToString() is "" or "identity" or "gzip";
        if (isPage)
            response.Headers.ContentLength = null;
        if (HttpMethods.IsHead(context.Request.Method) || response.StatusCode is 204 or 304)
            return;
        if (isPage)
            await PageAsync(answer, context, link => Relocated(link, backend, proxyPath));
        else
            await StreamAsync(answer, context);
    }

    private static async Task PageAsync(HttpResponseMessage answer, HttpContext context, Func<string, string> relocate)
    {
        await using var sent = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        var isPacked = context.Response.Headers.ContentEncoding == "gzip";
        if (isPacked)
            context.Response.Headers.Remove("Content-Encoding");
        await using var body = isPacked ? new GZipStream(sent, CompressionMode.Decompress) : sent;
        var links = new PageLinks(relocate);
        var buffer = new byte[32 * 1024];
        int read;
        do
        {
            read = await body.ReadAsync(buffer, context.RequestAborted);
            await context.Response.Body.WriteAsync(links.Next(buffer.AsSpan(0, read), isLast: read == 0), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
        while (read > 0);
    }

    /// <summary>Flushed as it comes, since logs and watches pass here too.</summary>
    public static async Task StreamAsync(HttpResponseMessage answer, HttpContext context)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        // The client learns that there is an answer before the first byte of it, which may be long in coming.
        await context.Response.Body.FlushAsync(context.RequestAborted);
        var buffer = new byte[32 * 1024];
        while (true)
        {
            var read = await body.ReadAsync(buffer, context.RequestAborted);
            if (read == 0)
                return;
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static string Relocated(string location, Backend backend, string? proxyPath)
    {
        if (proxyPath is null)
            return location;
        if (location.StartsWith('/') && !location.StartsWith("//", StringComparison.Ordinal))
            return location.StartsWith(proxyPath, StringComparison.Ordinal) ? location : proxyPath + location;
        return Uri.TryCreate(location, UriKind.Absolute, out var absolute) && absolute.Authority == backend.Authority ? proxyPath + absolute.PathAndQuery : location;
    }
}
