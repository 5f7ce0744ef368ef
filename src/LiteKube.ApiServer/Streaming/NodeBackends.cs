using LiteKube.Api;
using LiteKube.Api.Core.V1;

namespace LiteKube.ApiServer.Streaming;

/// <summary>Where nodes serve logs and streams.</summary>
internal sealed class NodeBackends(IObjectReader objects)
{
    private const int DefaultPort = 10250;

    private static readonly string[] s_preferred = ["InternalIP", "ExternalIP", "Hostname", "InternalDNS", "ExternalDNS"];

    /// <exception cref="ApiException">NotFound: no such node; ServiceUnavailable: it has no address yet.</exception>
    public async ValueTask<Backend> OfAsync(string name, CancellationToken cancellationToken)
    {
        var found = await objects.GetAsync(Node.Resource, null, name, cancellationToken) ?? throw ApiException.NotFound(Node.Resource, name);
        var node = found.As<Node>();
        var address = s_preferred.Select(type => node.Status.Addresses.FirstOrDefault(a => a.Type == type)?.Address).FirstOrDefault(a => !string.IsNullOrEmpty(a))
            ?? throw new ApiException(StatusReason.ServiceUnavailable, $"no preferred addresses found; known addresses: []; node {name}");
        var port = node.Status.DaemonEndpoints?.KubeletEndpoint?.Port is > 0 and { } own ? own : DefaultPort;
        return new Backend(true, address, port, name);
    }
}
