using System.Globalization;
using System.Net.WebSockets;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Runtime;
using Microsoft.AspNetCore.Http;

namespace LiteKube.Node.Server.PortForward;

/// <summary><c>/portForward/…</c>: SPDY, SPDY inside a WebSocket (as kubectl does since 1.31), or plain WebSocket channels.</summary>
internal sealed class PortForwardEndpoint(IPodDirectory directory, IContainerRuntime runtime, IPodDialer dialer, NodeServerOptions options, TimeProvider time)
{
    private const string TunnelProtocol = "SPDY/3.1+" + SpdyPortForward.Protocol;

    public async Task HandleAsync(HttpContext context, string ns, string name, string? uid)
    {
        var (pod, refusal) = ContainerTarget.FindPod(directory, ns, name, uid);
        PodPort? port = null;
        if (pod is not null)
            (port, refusal) = await FindPortAsync(pod, context.RequestAborted).ConfigureAwait(false);
        if (port is null)
            await refusal!.WriteAsync(context.Response, context.RequestAborted).ConfigureAwait(false);
        else if (context.WebSockets.IsWebSocketRequest)
            await OverWebSocketAsync(context, port).ConfigureAwait(false);
        else if (SpdyUpgrade.IsRequested(context))
            await OverSpdyAsync(context, port).ConfigureAwait(false);
        else
            await Refusal.BadRequest("the connection must be upgraded to a WebSocket or to SPDY/3.1").WriteAsync(context.Response, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<(PodPort? Port, Refusal? Refusal)> FindPortAsync(Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            var sandbox = directory.FindSandbox(pod.Metadata.Uid ?? "") is { } id ? await runtime.GetSandboxAsync(id, cancellationToken).ConfigureAwait(false) : null;
            return sandbox is { Ready: true }
                ? (new PodPort(pod, sandbox.NetworkNamespace, dialer), null)
                : (null, Refusal.NotFound($"pod \"{pod.Metadata.Name}\" is not running: it has no sandbox"));
        }
        catch (RuntimeException e)
        {
            return (null, new Refusal(StatusCodes.Status500InternalServerError, e.Message));
        }
    }

    private async Task OverSpdyAsync(HttpContext context, PodPort port)
    {
        var offered = SpdyUpgrade.OfferedProtocols(context);
        if (offered.Length > 0 && !offered.Contains(SpdyPortForward.Protocol))
        {
            await SpdyUpgrade.RefuseAsync(context, offered, [SpdyPortForward.Protocol]).ConfigureAwait(false);
            return;
        }

        var transport = await SpdyUpgrade.AcceptAsync(context, offered.Length > 0 ? SpdyPortForward.Protocol : "").ConfigureAwait(false);
        await new SpdyPortForward(port, options, time).RunAsync(transport, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task OverWebSocketAsync(HttpContext context, PodPort port)
    {
        var offered = context.WebSockets.WebSocketRequestedProtocols;
        if (offered.Contains(TunnelProtocol))
        {
            // The name has a slash, which RFC 6455 does not allow in one and .NET checks; so the answer's header is written past it.
            context.Response.Headers.SecWebSocketProtocol = TunnelProtocol;
            var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
            var tunnel = WebSocketStream.Create(socket, WebSocketMessageType.Binary, closeTimeout: TimeSpan.FromSeconds(5));
            await new SpdyPortForward(port, options, time).RunAsync(tunnel, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        var protocol = WebSocketPortForward.Protocols.FirstOrDefault(p => offered.Contains(p.Name));
        var ports = ReadPorts(context.Request.Query);
        var refusal = (offered.Count, protocol.Name, ports) switch
        {
            ( > 0, null, _) => $"none of the sub-protocols is known: {string.Join(", ", offered)}",
            (_, _, null) => "query parameter \"ports\" must be given, with ports between 1 and 65535",
            (_, _, var list) when list.Count > (protocol.Base64 ? WebSocketPortForward.MostPortsInBase64 : WebSocketPortForward.MostPorts) => "too many ports",
            _ => null,
        };
        if (refusal is not null)
        {
            await Refusal.BadRequest(refusal).WriteAsync(context.Response, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        using var channels = await context.WebSockets.AcceptWebSocketAsync(protocol.Name).ConfigureAwait(false);
        await new WebSocketPortForward(channels, protocol.Base64, ports!, port, options, time).RunAsync(context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary><c>ports=80&amp;ports=90</c> or <c>ports=80,90</c>; the kubelet's own name is port.</summary>
    private static List<int>? ReadPorts(IQueryCollection query)
    {
        List<int> ports = [];
        foreach (var text in query["ports"].Concat(query["port"]).OfType<string>().SelectMany(v => v.Split(',')))
        {
            if (!ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
                return null;
            ports.Add(port);
        }

        return ports.Count > 0 ? ports : null;
    }
}
