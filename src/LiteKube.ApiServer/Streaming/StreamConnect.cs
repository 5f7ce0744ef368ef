using System.Text.Json.Nodes;
using LiteKube.Admission;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Streaming;

/// <summary>pods/exec, pods/attach and pods/portforward: a tunnel to the node that runs the pod.</summary>
internal sealed class StreamConnect(IObjectReader objects, NodeBackends nodes, UpgradeTunnel tunnel, Admitter admitter) : IConnect
{
    public IReadOnlyList<string> Paths { get; } = ["pods/exec", "pods/attach", "pods/portforward"];

    public async Task ConnectAsync(HttpContext context, ApiRequest request, string? rest)
    {
        if (request.Verb is not ("get" or "create"))
            throw new ApiException(StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource");
        var found = await objects.GetAsync(Pod.Resource, request.Namespace, request.Name, context.RequestAborted) ?? throw request.NotFound();
        var pod = found.As<Pod>();
        var options = ConnectOptions.Of(request, context.Request.Query);
        var admission = admitter.For(request, AdmissionOperation.Connect, options, null, request.Resource.Schema.Subresource(request.Subresource)?.Kind.Kind);
        await admitter.MutateAsync(admission, context.RequestAborted);
        await admitter.ValidateAsync(request, admission, context.RequestAborted);

        var target = Target(context, request, pod);
        if (string.IsNullOrEmpty(pod.Spec.NodeName))
            throw new ApiException(StatusReason.BadRequest, $"pod {request.Name} does not have a host assigned");
        await tunnel.RunAsync(context, await nodes.OfAsync(pod.Spec.NodeName, context.RequestAborted), target);
    }

    private static string Target(HttpContext context, ApiRequest request, Pod pod)
    {
        var query = context.Request.Query;
        if (request.Subresource == "portforward")
            return $"/portForward/{pod.Metadata.Namespace}/{pod.Metadata.Name}/{pod.Metadata.Uid}{new QueryBuilder().Copy(query, "ports", "port")}";
        if (pod.Status.Phase is "Succeeded" or "Failed")
            throw new ApiException(StatusReason.BadRequest, $"cannot {request.Subresource} {(request.Subresource == "exec" ? "into" : "to")} a container in a completed pod; current phase is {pod.Status.Phase}");

        var container = PodContainers.Choose(pod, query.First("container"));
        var parameters = new QueryBuilder();
        if (request.Subresource == "exec")
            parameters.Copy(query, "command");
        parameters.Flag(query, "stdin", "input", absent: false)
            .Flag(query, "stdout", "output", absent: true)
            .Flag(query, "stderr", "error", absent: true)
            .Flag(query, "tty", "tty", absent: false);
        return $"/{request.Subresource}/{pod.Metadata.Namespace}/{pod.Metadata.Name}/{pod.Metadata.Uid}/{container}{parameters}";
    }
}
