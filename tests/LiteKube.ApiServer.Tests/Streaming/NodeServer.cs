using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using LiteKube.Security.Pki;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Tests.Streaming;

/// <summary>A node's HTTPS server: answers with what it was asked, echoes over WebSocket.</summary>
internal sealed class NodeServer : IAsyncDisposable
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly WebApplication _app;

    private NodeServer(ClusterPki pki)
    {
        var certificate = pki.ServerCa.Issue(new CertificateSubject("node") { Addresses = [IPAddress.Loopback] }, CertificateUsage.ServerAuth);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = certificate,
            ClientCertificateMode = ClientCertificateMode.RequireCertificate,
            ClientCertificateValidation = (shown, _, _) => pki.ClientCa.Verifies(shown, null, CertificateUsage.ClientAuth, out _),
        })));
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(HandleAsync);
    }

    public int Port => new Uri(_app.Urls.First()).Port;

    public static async Task<NodeServer> StartAsync(ClusterPki pki)
    {
        var server = new NodeServer(pki);
        await server._app.StartAsync();
        return server;
    }

    public void Say(string line) => _lines.Writer.TryWrite(line);

    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
            var buffer = new byte[4096];
            var count = 0;
            bool whole;
            do
            {
                var got = await socket.ReceiveAsync(buffer.AsMemory(count), context.RequestAborted);
                count += got.Count;
                whole = got.EndOfMessage;
            }
            while (!whole);
            await socket.SendAsync(Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetString(buffer, 0, count)} from {target}"), WebSocketMessageType.Binary, true, context.RequestAborted);
            await socket.ReceiveAsync(buffer, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
            return;
        }

        if (target.Contains("follow=true", StringComparison.Ordinal))
        {
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await foreach (var line in _lines.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync(line + "\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }

            return;
        }

        await context.Response.WriteAsync($"{target} by {context.Connection.ClientCertificate?.GetNameInfo(X509NameType.SimpleName, false)}");
    }
}
