using System.Globalization;
using LiteKube.Admission.Webhooks;
using LiteKube.Api;

namespace LiteKube.ApiServer.Streaming;

/// <summary>Webhooks and aggregated API servers are reached as the service proxy reaches its backends: by a ready endpoint.</summary>
internal sealed class ServiceDialer(ProxyBackends backends, BackendConnections connections) : IServiceDialer
{
    public async ValueTask<Stream> DialAsync(string ns, string service, int port, CancellationToken cancellationToken)
    {
        var target = new ProxyTarget("", service, port.ToString(CultureInfo.InvariantCulture));
        try
        {
            return await connections.ConnectAsync(await backends.OfAsync("services", ns, target, cancellationToken), cancellationToken);
        }
        catch (ApiException e) when (e.Reason == StatusReason.NotFound)
        {
            throw new ApiException(StatusReason.ServiceUnavailable, $"service \"{service}\" not found");
        }
    }
}
