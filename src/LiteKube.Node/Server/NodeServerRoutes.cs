using System.Security.Cryptography.X509Certificates;
using LiteKube.Node.Server.Logs;
using LiteKube.Node.Server.PortForward;
using LiteKube.Node.Server.Stats;
using LiteKube.Node.Server.Streams;
using Microsoft.AspNetCore.Http;

namespace LiteKube.Node.Server;

/// <summary>The paths of the kubelet's API, each asked for only by the API server.</summary>
internal sealed class NodeServerRoutes(
    LogEndpoint logs,
    CommandEndpoint commands,
    PortForwardEndpoint portForward,
    PodsEndpoint pods,
    SummaryEndpoint summary,
    MetricsEndpoint metrics,
    NodeServerOptions options)
{
    public Task HandleAsync(HttpContext context)
    {
        var refusal = Authorize(context.Connection.ClientCertificate);
        if (refusal is not null)
            return refusal.WriteAsync(context.Response, context.RequestAborted);
        var segments = context.Request.Path.Value?.Split('/', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var isGet = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);

        // Streams may be opened by POST as well, and over HTTP/2 by CONNECT.
        return segments switch
        {
            ["exec", var ns, var pod, var container] => commands.ExecAsync(context, ns, pod, null, container),
            ["exec", var ns, var pod, var uid, var container] => commands.ExecAsync(context, ns, pod, uid, container),
            ["attach", var ns, var pod, var container] => commands.AttachAsync(context, ns, pod, null, container),
            ["attach", var ns, var pod, var uid, var container] => commands.AttachAsync(context, ns, pod, uid, container),
            ["portForward", var ns, var pod] => portForward.HandleAsync(context, ns, pod, null),
            ["portForward", var ns, var pod, var uid] => portForward.HandleAsync(context, ns, pod, uid),
            ["containerLogs", var ns, var pod, var container] => logs.HandleAsync(context, ns, pod, container),
            _ when !isGet => new Refusal(StatusCodes.Status405MethodNotAllowed, "method not allowed").WriteAsync(context.Response, context.RequestAborted),
            ["healthz"] or ["healthz", "ping"] => context.Response.WriteAsync("ok", context.RequestAborted),
            ["pods"] => pods.HandleAsync(context),
            ["stats", "summary"] => summary.HandleAsync(context),
            ["metrics", "resource"] => metrics.ResourceAsync(context),
            ["metrics"] => metrics.ProcessAsync(context),
            _ => Refusal.NotFound("404 page not found").WriteAsync(context.Response, context.RequestAborted),
        };
    }

    private Refusal? Authorize(X509Certificate2? certificate)
    {
        if (certificate is null)
            return new Refusal(StatusCodes.Status401Unauthorized, "Unauthorized");
        return options.Authorize(certificate) ? null : new Refusal(StatusCodes.Status403Forbidden, $"Forbidden: {certificate.Subject} may not use the node's API");
    }
}
