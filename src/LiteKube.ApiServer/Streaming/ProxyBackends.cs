using System.Globalization;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;

namespace LiteKube.ApiServer.Streaming;

/// <summary>Finds what a proxy request leads to.</summary>
internal sealed class ProxyBackends(IObjectReader objects, NodeBackends nodes)
{
    public ValueTask<Backend> OfAsync(string plural, string ns, ProxyTarget target, CancellationToken cancellationToken) => plural switch
    {
        "pods" => PodAsync(ns, target, cancellationToken),
        "services" => ServiceAsync(ns, target, cancellationToken),
        _ => NodeAsync(target, cancellationToken),
    };

    private async ValueTask<Backend> PodAsync(string ns, ProxyTarget target, CancellationToken cancellationToken)
    {
        var found = await objects.GetAsync(Pod.Resource, ns, target.Name, cancellationToken) ?? throw ApiException.NotFound(Pod.Resource, target.Name);
        var pod = found.As<Pod>();
        var address = pod.Status.PodIPs.Count > 0 ? pod.Status.PodIPs[0].Ip : pod.Status.PodIP;
        if (string.IsNullOrEmpty(address))
            throw new ApiException(StatusReason.BadRequest, "address not allowed");
        var ports = pod.Spec.Containers.SelectMany(c => c.Ports);
        var port = target.Port.Length == 0 ? ports.FirstOrDefault()?.ContainerPortValue ?? (target.Tls ? 443 : 80)
            : Number(target.Port) ?? ports.FirstOrDefault(p => p.Name == target.Port)?.ContainerPortValue
            ?? throw new ApiException(StatusReason.BadRequest, $"no port \"{target.Port}\" in pod \"{target.Name}\"");
        return new Backend(target.Tls, address, port, null);
    }

    private async ValueTask<Backend> ServiceAsync(string ns, ProxyTarget target, CancellationToken cancellationToken)
    {
        var found = await objects.GetAsync(Service.Resource, ns, target.Name, cancellationToken) ?? throw ApiException.NotFound(Service.Resource, target.Name);
        var service = found.As<Service>();
        if (service.Spec.Type == "ExternalName")
            return new Backend(target.Tls, service.Spec.ExternalName ?? "", Number(target.Port) ?? (target.Tls ? 443 : 80), null);
        var port = service.Spec.Ports.Count == 1 && target.Port.Length == 0
            ? service.Spec.Ports[0]
            : service.Spec.Ports.FirstOrDefault(p => (p.Name ?? "") == target.Port || p.Port.ToString(CultureInfo.InvariantCulture) == target.Port);
        var candidates = port is null ? [] : await EndpointsAsync(ns, target.Name, port.Name ?? "", cancellationToken);
        if (candidates.Count == 0)
            throw new ApiException(StatusReason.ServiceUnavailable, $"no endpoints available for service \"{target.Name}\"");
        var (address, number) = candidates[Random.Shared.Next(candidates.Count)];
        return new Backend(target.Tls, address, number, null);
    }

    private async ValueTask<List<(string Address, int Port)>> EndpointsAsync(string ns, string service, string portName, CancellationToken cancellationToken)
    {
        var candidates = new List<(string, int)>();
        foreach (var item in await objects.ListAsync(EndpointSlice.Resource, ns, cancellationToken))
        {
            if (item.Header.Labels.GetValueOrDefault("kubernetes.io/service-name") != service)
                continue;
            var slice = item.As<EndpointSlice>();
            if (slice.Ports.FirstOrDefault(p => (p.Name ?? "") == portName)?.Port is not { } number)
                continue;
            foreach (var endpoint in slice.Endpoints)
            {
                if (endpoint.Conditions?.Ready != false && endpoint.Addresses.Count > 0)
                    candidates.Add((endpoint.Addresses[0], number));
            }
        }

        return candidates;
    }

    private async ValueTask<Backend> NodeAsync(ProxyTarget target, CancellationToken cancellationToken)
    {
        var node = await nodes.OfAsync(target.Name, cancellationToken);
        if (Number(target.Port) is not { } port || port == node.Port)
            return node;
        return new Backend(target.Tls, node.Address, port, null);
    }

    private static int? Number(string port) =>
        int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536 ? number : null;
}
