using System.IO.Pipelines;
using System.Net.WebSockets;
using LiteKube.Node.Runtime;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LiteKube.Node.Server.Logs;

/// <summary><c>/containerLogs/{namespace}/{pod}/{container}</c>, as a plain answer or as messages of a WebSocket.</summary>
internal sealed class LogEndpoint(IPodDirectory directory, IContainerRuntime runtime, TimeProvider time)
{
    private static readonly (string Name, bool Base64)[] Protocols = [("binary.k8s.io", false), ("base64.binary.k8s.io", true)];

    public async Task HandleAsync(HttpContext context, string ns, string pod, string container)
    {
        var (request, refusal) = LogRequest.Read(context.Request.Query, time);
        ContainerTarget? target = null;
        if (request is not null)
            (target, refusal) = ContainerTarget.ForLog(directory, ns, pod, container, request.Previous);
        if (request is null || target is null)
        {
            await refusal!.WriteAsync(context.Response, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        if (context.WebSockets.IsWebSocketRequest)
            await OverWebSocketAsync(context, target.Id, request).ConfigureAwait(false);
        else
            await OverHttpAsync(context, target.Id, request).ConfigureAwait(false);
    }

    private IAsyncEnumerable<LogEntry> Read(string id, LogRequest request, CancellationToken cancellationToken) =>
        runtime.ReadLogsAsync(id, new LogOptions(request.Follow, request.TailLines, request.Since), cancellationToken);

    private async Task OverHttpAsync(HttpContext context, string id, LogRequest request)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await new LogWriter(context.Response.BodyWriter, request).CopyAsync(Read(id, request, context.RequestAborted), context.RequestAborted).ConfigureAwait(false);
        }
        catch (RuntimeException) when (context.Response.HasStarted)
        {
            // Too late for a status: a connection cut off tells the client that this is not the whole log.
            context.Abort();
        }
        catch (RuntimeException e)
        {
            await new Refusal(StatusCodes.Status500InternalServerError, e.Message).WriteAsync(context.Response, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private async Task OverWebSocketAsync(HttpContext context, string id, LogRequest request)
    {
        var offered = context.WebSockets.WebSocketRequestedProtocols;
        var protocol = Array.Find(Protocols, p => offered.Contains(p.Name));
        if (offered.Count > 0 && protocol.Name is null)
        {
            await Refusal.BadRequest($"none of the sub-protocols is known: {string.Join(", ", offered)}").WriteAsync(context.Response, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(protocol.Name).ConfigureAwait(false);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var closing = ReceiveCloseAsync(socket, ended);
        try
        {
            var writer = PipeWriter.Create(new MessageStream(socket, protocol.Base64), new StreamPipeWriterOptions(leaveOpen: true));
            await new LogWriter(writer, request).CopyAsync(Read(id, request, ended.Token), ended.Token).ConfigureAwait(false);
            await writer.CompleteAsync().ConfigureAwait(false);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ended.Token).ConfigureAwait(false);
            await closing.WaitAsync(TimeSpan.FromSeconds(10), time, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The client went.
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await closing.ConfigureAwait(false);
        }
    }

    /// <summary>A client that follows says nothing but its close.</summary>
    private static async Task ReceiveCloseAsync(WebSocket socket, CancellationTokenSource ended)
    {
        try
        {
            var buffer = new byte[256];
            while ((await socket.ReceiveAsync(buffer.AsMemory(), ended.Token).ConfigureAwait(false)).MessageType != WebSocketMessageType.Close)
            {
            }

            await ended.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // Broken off, or over: the writer finds out by itself.
        }
    }
}
