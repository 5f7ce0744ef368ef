using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>Whether a remote can be used, and if not, why: the Available condition of its APIService, in Kubernetes' words.</summary>
internal sealed class Availability(IObjectReader objects, RemoteDiscovery discovery)
{
    public async ValueTask<(bool Available, string Reason, string Message)> OfAsync(RemoteApi api, CancellationToken cancellationToken)
    {
        var (ns, name, port) = api.Endpoint.Service!.Value;
        var found = await objects.GetAsync(Service.Resource, ns, name, cancellationToken);
        if (found is null)
            return (false, "ServiceNotFound", $"service/{name} in \"{ns}\" is not present");
        var service = found.As<Service>();
        if (service.Spec.Type is null or "" or "ClusterIP")
        {
            if (service.Spec.Ports.FirstOrDefault(p => p.Port == port) is not { } listening)
                return (false, "ServicePortError", $"service/{name} in \"{ns}\" is not listening on port {port}");
            var slices = (await objects.ListAsync(EndpointSlice.Resource, ns, cancellationToken))
                .Where(s => s.Header.Labels.GetValueOrDefault("kubernetes.io/service-name") == name)
                .Select(s => s.As<EndpointSlice>())
                .ToList();
            if (slices.Count == 0)
                return (false, "EndpointsNotFound", $"cannot find endpointslices for service/{name} in \"{ns}\"");
            var portName = listening.Name ?? "";
            if (!slices.Any(s => s.Ports.Any(p => (p.Name ?? "") == portName) && s.Endpoints.Any(e => e.Conditions?.Ready != false && e.Addresses.Count > 0)))
                return (false, "MissingEndpoints", $"endpoints for service/{name} in \"{ns}\" have no addresses with port name \"{portName}\"");
        }

        return await discovery.ProbeAsync(api, cancellationToken) is { } failure ? (false, "FailedDiscoveryCheck", failure) : (true, "Passed", "all checks passed");
    }
}
