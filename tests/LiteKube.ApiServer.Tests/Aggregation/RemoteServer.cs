using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiteKube.Testing.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace LiteKube.ApiServer.Tests.Aggregation;

/// <summary>An API server of its own group on loopback, over HTTPS, that notes who asked for whom.</summary>
internal sealed class RemoteServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _group;

    private RemoteServer(WebApplication app, string group, byte[] bundle)
    {
        _app = app;
        _group = group;
        CaBundle = Convert.ToBase64String(bundle);
    }

    public string CaBundle { get; }

    public int Port => new Uri(_app.Urls.First()).Port;

    public ConcurrentQueue<(string Target, string? ClientName, Dictionary<string, string> Headers, string?[] Groups)> Asked { get; } = new();

    public bool IsBroken { get; set; }

    /// <summary>A server of the time before OpenAPI v3.</summary>
    public bool IsOld { get; set; }

    /// <summary>Lets the next event of an open watch out.</summary>
    public SemaphoreSlim Events { get; } = new(0);

    public static async Task<RemoteServer> StartAsync(string host, string group)
    {
        var (certificate, bundle) = TestCertificates.For(host);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate, o =>
        {
            o.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            o.ClientCertificateValidation = (_, _, _) => true;
        })));
        var app = builder.Build();
        var server = new RemoteServer(app, group, bundle);
        app.UseWebSockets();
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Events.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Request.Path + context.Request.QueryString;
        var client = context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        Asked.Enqueue((target, client, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), context.Request.Headers["X-Remote-Group"].ToArray()));
        if (IsBroken)
        {
            context.Response.StatusCode = 500;
            return;
        }

        context.Response.ContentType = "application/json";
        if (context.Request.Path == $"/apis/{_group}/v1alpha1")
        {
            await context.Response.WriteAsync($$$"""{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"{{{_group}}}/v1alpha1","resources":[{"name":"flunders","singularName":"flunder","namespaced":true,"kind":"Flunder","verbs":["create","get","list","watch"]},{"name":"flunders/status","namespaced":true,"kind":"Flunder","verbs":["get","update"]}]}""");
            return;
        }

        if (context.Request.Headers.Upgrade.ToString() == "SPDY/3.1")
        {
            // What is on the connection from here is between the ends; this end gives back what it gets.
            context.Response.Headers["X-Stream-Protocol-Version"] = context.Request.Headers["X-Stream-Protocol-Version"];
            context.Response.Headers.Upgrade = "SPDY/3.1";
            await using var far = await context.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
            await far.CopyToAsync(far, context.RequestAborted);
            return;
        }

        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols[0]);
            var buffer = new byte[64];
            while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } got)
                await socket.SendAsync(buffer.AsMemory(0, got.Count), got.MessageType, got.EndOfMessage, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
            return;
        }

        if (context.Request.Path.StartsWithSegments("/openapi"))
        {
            await OpenApiAsync(context);
            return;
        }

        if (context.Request.Query["watch"] == "true")
        {
            await context.Response.Body.FlushAsync(context.RequestAborted);
            for (var i = 0; ; i++)
            {
                await Events.WaitAsync(context.RequestAborted);
                await context.Response.WriteAsync($$$$"""{"type":"ADDED","object":{"metadata":{"name":"f{{{{i}}}}","resourceVersion":"{{{{i}}}}"}}}""" + "\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }

        using var body = new StreamReader(context.Request.Body, Encoding.UTF8);
        var sent = await body.ReadToEndAsync();
        context.Response.StatusCode = context.Request.Method == "POST" ? 201 : 200;
        await context.Response.WriteAsync(sent.Length > 0 ? sent : """{"kind":"FlunderList","metadata":{},"items":[]}""");
    }

    private async Task OpenApiAsync(HttpContext context)
    {
        var group = $"apis/{_group}/v1alpha1";
        context.Response.StatusCode = 200;
        switch (context.Request.Path.Value)
        {
            case "/openapi/v2":
                if (context.Request.Headers.IfNoneMatch == "\"one\"")
                {
                    context.Response.StatusCode = 304;
                    return;
                }

                context.Response.Headers.ETag = "\"one\"";
                await context.Response.WriteAsync($$$$"""
                    {"swagger":"2.0","paths":{"/{{{{group}}}}/flunders":{"get":{"responses":{"200":{"description":"OK","schema":{"$ref":"#/definitions/example.Flunder"} } } } },"/version":{"get":{}}},
                     "definitions":{"example.Flunder":{"type":"object","properties":{"pod":{"$ref":"#/definitions/io.k8s.api.core.v1.Pod"}}},"io.k8s.api.core.v1.Pod":{"type":"object","description":"another"}}}
                    """);
                return;
            case "/openapi/v3" when !IsOld:
                await context.Response.WriteAsync($$$$"""{"paths":{"{{{{group}}}}":{"serverRelativeURL":"/openapi/v3/{{{{group}}}}?hash=FF"},"version":{"serverRelativeURL":"/openapi/v3/version?hash=00"}}}""");
                return;
            case var path when path == "/openapi/v3/" + group:
                await context.Response.WriteAsync($$"""{"openapi":"3.0.0","hash":"{{context.Request.Query["hash"]}}"}""");
                return;
            default:
                context.Response.StatusCode = 404;
                return;
        }
    }
}
