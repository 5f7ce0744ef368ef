using LiteKube.Admission;
using LiteKube.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Streaming;

/// <summary>pods/proxy, services/proxy and nodes/proxy: any method to any path of what runs there.</summary>
internal sealed class ProxyConnect(ProxyBackends backends, HttpForwarder forwarder, UpgradeTunnel tunnel, Admitter admitter) : IConnect
{
    public IReadOnlyList<string> Paths { get; } = ["pods/proxy", "services/proxy", "nodes/proxy"];

    public async Task ConnectAsync(HttpContext context, ApiRequest request, string? rest)
    {
        var query = context.Request.QueryString.Value ?? "";
        if (rest is null && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)))
        {
            // Relative links on the page behind must resolve below the proxy's path.
            context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            context.Response.Headers.Location = context.Request.PathBase + context.Request.Path.ToUriComponent() + "/" + query;
            return;
        }

        var admission = admitter.For(request, AdmissionOperation.Connect, ConnectOptions.Of(request, context.Request.Query), null, request.Resource.Schema.Subresource("proxy")?.Kind.Kind);
        await admitter.MutateAsync(admission, context.RequestAborted);
        await admitter.ValidateAsync(request, admission, context.RequestAborted);

        var target = ProxyTarget.Parse(request.Name);
        var backend = await backends.OfAsync(request.Resource.Type.Plural, request.Namespace, target, context.RequestAborted);
        var path = PathAfterProxy(context, request) + query;
        if (ForwardedHeaders.WantsUpgrade(context.Request))
            await tunnel.RunAsync(context, backend, path);
        else
            await forwarder.ForwardAsync(context, backend, path, ProxyPath(request));
    }

    /// <summary>As the client wrote it: what is escaped stays escaped.</summary>
    private static string PathAfterProxy(HttpContext context, ApiRequest request)
    {
        var raw = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()?.RawTarget ?? context.Request.Path.ToUriComponent();
        var end = raw.IndexOf('?');
        if (end >= 0)
            raw = raw[..end];
        const string mark = "/proxy";
        // The path before the name has no such segment: a namespace called proxy is followed by the resource, not by the end.
        var from = raw.IndexOf($"/{request.Resource.Type.Plural}/", StringComparison.Ordinal);
        var at = raw.IndexOf(mark, raw.IndexOf('/', from + request.Resource.Type.Plural.Length + 2), StringComparison.Ordinal);
        var rest = raw[(at + mark.Length)..];
        return rest.Length == 0 ? "/" : rest;
    }

    private static string ProxyPath(ApiRequest request) =>
        request.Resource.Type.PathOf(request.Namespace) + "/" + request.Name + "/proxy";
}
