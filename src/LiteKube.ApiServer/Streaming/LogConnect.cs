using System.Net;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Streaming;

/// <summary>pods/log: the node's text, as it comes.</summary>
internal sealed class LogConnect(IObjectReader objects, NodeBackends nodes, HttpForwarder forwarder, WebSocketLog webSockets) : IConnect
{
    public IReadOnlyList<string> Paths { get; } = ["pods/log"];

    public async Task ConnectAsync(HttpContext context, ApiRequest request, string? rest)
    {
        if (request.Verb != "get")
            throw new ApiException(StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource");
        var cancellation = context.RequestAborted;
        var pod = (await objects.GetAsync(Pod.Resource, request.Namespace, request.Name, cancellation) ?? throw request.NotFound()).As<Pod>();
        var query = context.Request.Query;
        var container = PodContainers.Choose(pod, query.First("container"));
        if (string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            // Nothing has run, so nothing was said.
            context.Response.ContentType = "text/plain";
            return;
        }

        Check(query);
        var backend = await nodes.OfAsync(pod.Spec.NodeName, cancellation);
        var options = new QueryBuilder().Copy(query, "follow", "previous", "timestamps", "sinceSeconds", "sinceTime", "tailLines", "limitBytes", "stream");
        using var answer = await forwarder.GetAsync(backend, $"/containerLogs/{pod.Metadata.Namespace}/{pod.Metadata.Name}/{container}{options}", cancellation);
        if (answer.StatusCode != HttpStatusCode.OK)
            throw BackendRefusal.Of((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation));
        if (ForwardedHeaders.WantsUpgrade(context.Request))
        {
            await webSockets.SendAsync(context, answer);
            return;
        }

        context.Response.ContentType = "text/plain";
        await HttpForwarder.StreamAsync(answer, context);
    }

    private static void Check(IQueryCollection query)
    {
        if (query.First("sinceSeconds").Length > 0 && query.First("sinceTime").Length > 0)
            throw new ApiException(StatusReason.Invalid, "PodLogOptions \"\" is invalid: sinceSeconds: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified");
        foreach (var (name, least) in (ReadOnlySpan<(string, long)>)[("sinceSeconds", 1), ("tailLines", 0), ("limitBytes", 1)])
        {
            var text = query.First(name);
            if (text.Length > 0 && (!long.TryParse(text, out var value) || value < least))
                throw new ApiException(StatusReason.Invalid, $"PodLogOptions \"\" is invalid: {name}: Invalid value: {text}: must be greater than or equal to {least}");
        }
    }
}
