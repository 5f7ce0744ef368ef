using LiteKube.Node.Runtime;
using Microsoft.AspNetCore.Http;

namespace LiteKube.Node.Server.Streams;

/// <summary><c>/exec/…</c> and <c>/attach/…</c>. The command is started only when the client's streams stand, so that no output is lost.</summary>
internal sealed class CommandEndpoint(IPodDirectory directory, IContainerRuntime runtime, NodeServerOptions options, TimeProvider time)
{
    public Task ExecAsync(HttpContext context, string ns, string pod, string? uid, string container)
    {
        var request = CommandRequest.Read(context.Request.Query);
        return request.Command.Count == 0
            ? Refusal.BadRequest("you must specify at least one argument of command").WriteAsync(context.Response, context.RequestAborted)
            : HandleAsync(context, ns, pod, uid, container, request, OpenAsync);

        ValueTask<IContainerStreams> OpenAsync(ContainerTarget target, CancellationToken token) =>
            runtime.ExecAsync(target.Id, new ExecOptions(request.Command, request.Stdin, request.Stdout, request.Stderr, request.Tty), token);
    }

    public Task AttachAsync(HttpContext context, string ns, string pod, string? uid, string container)
    {
        var request = CommandRequest.Read(context.Request.Query);
        return HandleAsync(context, ns, pod, uid, container, request, OpenAsync);

        // Whether there is a terminal was decided when the container was made.
        ValueTask<IContainerStreams> OpenAsync(ContainerTarget target, CancellationToken token) =>
            runtime.AttachAsync(target.Id, new AttachOptions(request.Stdin, request.Stdout, request.Stderr, target.Tty), token);
    }

    private async Task HandleAsync(HttpContext context, string ns, string pod, string? uid, string container, CommandRequest request, Func<ContainerTarget, CancellationToken, ValueTask<IContainerStreams>> open)
    {
        var (target, refusal) = ContainerTarget.ForCommand(directory, ns, pod, uid, container);
        if (refusal is null && request.WantsNothing)
            refusal = Refusal.BadRequest("you must specify at least 1 of stdin, stdout, stderr");
        if (target is null || refusal is not null)
        {
            await refusal!.WriteAsync(context.Response, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        try
        {
            await using var client = await AcceptAsync(context, request).ConfigureAwait(false);
            if (client is not null)
                await RunAsync(client, target, open, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client went. There is nobody to tell.
        }
    }

    private async Task RunAsync(ICommandStreams client, ContainerTarget target, Func<ContainerTarget, CancellationToken, ValueTask<IContainerStreams>> open, CancellationToken cancellationToken)
    {
        IContainerStreams command;
        try
        {
            command = await open(target, cancellationToken).ConfigureAwait(false);
        }
        catch (RuntimeException e)
        {
            await client.FinishAsync(CommandOutcome.Failed($"error executing command in container: {e.Message}"), cancellationToken).ConfigureAwait(false);
            return;
        }

        await new CommandSession(client, command, time, options.StreamIdleTimeout).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Null after a refusal, or where the client went before it had opened its streams.</summary>
    private async Task<ICommandStreams?> AcceptAsync(HttpContext context, CommandRequest request)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            var offered = context.WebSockets.WebSocketRequestedProtocols;
            var protocol = offered.Count == 0 ? CommandProtocol.Unnamed : CommandProtocol.ForWebSocket(offered);
            if (protocol is null)
            {
                await Refusal.BadRequest($"none of the sub-protocols is known: {string.Join(", ", offered)}").WriteAsync(context.Response, context.RequestAborted).ConfigureAwait(false);
                return null;
            }

            var socket = await context.WebSockets.AcceptWebSocketAsync(protocol.Name.Length > 0 ? protocol.Name : null).ConfigureAwait(false);
            return await WebSocketCommandStreams.OpenAsync(socket, protocol, request, context.RequestAborted).ConfigureAwait(false);
        }

        if (SpdyUpgrade.IsRequested(context))
        {
            var offered = SpdyUpgrade.OfferedProtocols(context);
            var protocol = offered.Length == 0 ? CommandProtocol.Unnamed : CommandProtocol.ForSpdy(offered);
            if (protocol is null)
            {
                await SpdyUpgrade.RefuseAsync(context, offered, CommandProtocol.SpdyNames).ConfigureAwait(false);
                return null;
            }

            var transport = await SpdyUpgrade.AcceptAsync(context, protocol.Name).ConfigureAwait(false);
            return await SpdyCommandStreams.OpenAsync(transport, protocol, request, options.StreamCreationTimeout, time, context.RequestAborted).ConfigureAwait(false);
        }

        await Refusal.BadRequest("the connection must be upgraded to a WebSocket or to SPDY/3.1").WriteAsync(context.Response, context.RequestAborted).ConfigureAwait(false);
        return null;
    }
}
