using LiteKube.ApiServer.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LiteKube.ApiServer.Hosting;

/// <summary>Kestrel's way in: no middleware, no routing table, the context of a connection reused for its next request.</summary>
internal sealed class HttpApplication(HttpFrontEnd frontEnd) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        if (contextFeatures is not IHostContextContainer<HttpContext> container)
            return new DefaultHttpContext(contextFeatures);
        if (container.HostContext is DefaultHttpContext used)
        {
            used.Initialize(contextFeatures);
            return used;
        }

        var made = new DefaultHttpContext(contextFeatures);
        container.HostContext = made;
        return made;
    }

    public Task ProcessRequestAsync(HttpContext context) => frontEnd.HandleAsync(context);

    public void DisposeContext(HttpContext context, Exception? exception) => ((DefaultHttpContext)context).Uninitialize();
}
