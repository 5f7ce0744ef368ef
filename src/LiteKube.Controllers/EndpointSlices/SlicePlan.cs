using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;
using LiteKube.Controllers.Owned;
using EndpointPort = LiteKube.Api.Discovery.V1.EndpointPort;

namespace LiteKube.Controllers.EndpointSlices;

/// <summary>What a Service's endpoints should be: endpoints grouped by the ports they serve.</summary>
internal static class SlicePlan
{
    /// <summary>Endpoints of one address family that serve the same ports.</summary>
    public sealed record Group(IReadOnlyList<EndpointPort> Ports, List<Endpoint> Endpoints);

    /// <param name="zoneOf">The zone of a node, if it has one.</param>
    public static List<Group> For(Service service, string addressType, IEnumerable<Pod> pods, Func<string, string?> zoneOf)
    {
        var groups = new Dictionary<string, Group>(StringComparer.Ordinal);
        foreach (var pod in pods)
        {
            if (!pod.HasEndpoint() || Address(pod, addressType) is not { } address)
                continue;
            var ports = service.PortsOn(pod).Select(p => new EndpointPort { Name = p.Port.Name ?? "", Port = p.Number, Protocol = p.Port.Protocol ?? "TCP", AppProtocol = p.Port.AppProtocol }).ToList();

            // A headless Service may have no ports at all; its pods have names all the same.
            if (ports.Count == 0 && !(service.IsHeadless() && service.Spec.Ports.Count == 0))
                continue;
            var key = KeyOf(ports);
            if (!groups.TryGetValue(key, out var group))
                groups[key] = group = new Group(ports, []);
            group.Endpoints.Add(EndpointOf(service, pod, address, zoneOf));
        }

        return [.. groups.Values];
    }

    /// <summary>Equal for ports that are the same, in whatever order.</summary>
    public static string KeyOf(IEnumerable<EndpointPort> ports) => string.Join('\n', ports.Select(JsonText.Of).Order(StringComparer.Ordinal));

    private static Endpoint EndpointOf(Service service, Pod pod, string address, Func<string, string?> zoneOf)
    {
        var terminating = pod.Metadata.DeletionTimestamp is not null;
        var serving = pod.IsReady();
        var node = string.IsNullOrEmpty(pod.Spec.NodeName) ? null : pod.Spec.NodeName;
        return new Endpoint
        {
            Addresses = [address],
            Conditions = new EndpointConditions
            {
                Ready = service.Spec.PublishNotReadyAddresses == true || (serving && !terminating),
                Serving = serving,
                Terminating = terminating,
            },
            Hostname = pod.HostnameIn(service),
            NodeName = node,
            Zone = node is null ? null : zoneOf(node),
            TargetRef = ServiceEndpoints.TargetOf(pod),
        };
    }

    private static string? Address(Pod pod, string addressType)
    {
        var wantsV6 = addressType == "IPv6";
        foreach (var ip in pod.Status.PodIPs)
            if (ip.Ip.Contains(':') == wantsV6)
                return ip.Ip;
        return pod.Status.PodIP is { Length: > 0 } only && only.Contains(':') == wantsV6 ? only : null;
    }
}
