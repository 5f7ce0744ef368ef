using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Tests.Streaming;

/// <summary>What runs in a pod: answers with method, target and body.</summary>
internal sealed class PlainServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PlainServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async context =>
        {
            if (context.Request.Path == "/page")
            {
                await PageAsync(context);
                return;
            }

            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync($"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget} {await reader.ReadToEndAsync()}");
        });
    }

    public int Port => new Uri(_app.Urls.First()).Port;

    public static async Task<PlainServer> StartAsync()
    {
        var server = new PlainServer();
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static async Task PageAsync(HttpContext context)
    {
        var page = Encoding.UTF8.GetBytes("<a href=\"/rewriteme\">test</a><a href=\"relative\"><a href=\"http://elsewhere/x\">");
        context.Response.ContentType = "text/html; charset=utf-8";
        if (context.Request.Headers.AcceptEncoding == "gzip")
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var packed = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await packed.WriteAsync(page);
            return;
        }

        context.Response.ContentLength = page.Length;
        await context.Response.Body.WriteAsync(page);
    }
}
