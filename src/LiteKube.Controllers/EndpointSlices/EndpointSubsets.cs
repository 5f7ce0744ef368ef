using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.EndpointSlices;

/// <summary>Groups a Service's addresses into subsets by the ports they serve, each sorted, so that equal content is equal.</summary>
internal static class EndpointSubsets
{
    public static IReadOnlyList<EndpointSubset> Of(Service service, IEnumerable<Pod> pods, int max, out bool truncated)
    {
        var groups = new SortedDictionary<string, Group>(StringComparer.Ordinal);
        var count = 0;
        truncated = false;
        var publishAll = service.Spec.PublishNotReadyAddresses == true;
        foreach (var pod in pods)
        {
            // One that is being deleted is not listed, unless all are to be.
            if (!pod.HasEndpoint() || (pod.Metadata.DeletionTimestamp is not null && !publishAll))
                continue;
            var ports = service.PortsOn(pod)
                .Select(p => new EndpointPort { Name = p.Port.Name is { Length: > 0 } name ? name : null, Port = p.Number, Protocol = p.Port.Protocol ?? "TCP", AppProtocol = p.Port.AppProtocol })
                .OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Port).ToList();
            if (ports.Count == 0 && !(service.IsHeadless() && service.Spec.Ports.Count == 0))
                continue;
            if (count++ >= max)
            {
                truncated = true;
                break;
            }

            var key = string.Join('\n', ports.Select(JsonText.Of));
            if (!groups.TryGetValue(key, out var group))
                groups[key] = group = new Group(ports);
            (publishAll || pod.IsReady() ? group.Ready : group.NotReady).Add(new EndpointAddress
            {
                Ip = pod.Status.PodIP ?? pod.Status.PodIPs[0].Ip,
                NodeName = pod.Spec.NodeName,
                Hostname = pod.HostnameIn(service),
                TargetRef = ServiceEndpoints.TargetOf(pod),
            });
        }

        return [.. groups.Values.Select(g => new EndpointSubset { Addresses = Sorted(g.Ready), NotReadyAddresses = Sorted(g.NotReady), Ports = g.Ports })];
    }

    private static EndpointAddress[] Sorted(List<EndpointAddress> addresses) => [.. addresses.OrderBy(a => a.Ip, StringComparer.Ordinal).ThenBy(a => a.TargetRef?.Uid, StringComparer.Ordinal)];

    private sealed record Group(IReadOnlyList<EndpointPort> Ports)
    {
        public List<EndpointAddress> Ready { get; } = [];

        public List<EndpointAddress> NotReady { get; } = [];
    }
}
