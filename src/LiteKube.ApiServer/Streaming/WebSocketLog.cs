using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using LiteKube.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LiteKube.ApiServer.Streaming;

/// <summary>A log over WebSocket, as browsers read it: <c>binary.k8s.io</c>, or <c>base64.binary.k8s.io</c> in text frames.</summary>
internal sealed class WebSocketLog
{
    private const string Binary = "binary.k8s.io";
    private const string Base64 = "base64.binary.k8s.io";

    public async Task SendAsync(HttpContext context, HttpResponseMessage log)
    {
        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        var key = context.Request.Headers.SecWebSocketKey.ToString();
        if (upgrade is not { IsUpgradableRequest: true } || key.Length == 0)
            throw new ApiException(StatusReason.BadRequest, "Upgrade request required");
        var asked = context.Request.Headers.SecWebSocketProtocol.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var protocol = asked.FirstOrDefault(p => p is Binary or Base64);
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketAccept = AcceptOf(key);
        if (protocol is not null)
            context.Response.Headers.SecWebSocketProtocol = protocol;
        await using var stream = await upgrade.UpgradeAsync();
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, SubProtocol = protocol });
        await CopyAsync(socket, log, protocol == Base64, context.RequestAborted);
    }

    private static async Task CopyAsync(WebSocket socket, HttpResponseMessage log, bool text, CancellationToken cancellationToken)
    {
        await using var body = await log.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var read = await body.ReadAsync(buffer, cancellationToken);
            if (read == 0)
                break;
            if (text)
                await socket.SendAsync(Encoding.ASCII.GetBytes(Convert.ToBase64String(buffer, 0, read)), WebSocketMessageType.Text, true, cancellationToken);
            else
                await socket.SendAsync(buffer.AsMemory(0, read), WebSocketMessageType.Binary, true, cancellationToken);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
    }

    // RFC 6455 section 4.2.2: SHA-1 is the protocol's, not a secret's.
    private static string AcceptOf(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
}
