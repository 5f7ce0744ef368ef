using LiteKube.Api.Core.V1;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.EndpointSlices;

/// <summary>Which pods stand behind a Service, and on which ports. Shared by EndpointSlices and Endpoints.</summary>
internal static class ServiceEndpoints
{
    public const string ServiceNameLabel = "kubernetes.io/service-name";
    public const string HeadlessLabel = "service.kubernetes.io/headless";
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    public const string EndpointsManagedByLabel = "endpoints.kubernetes.io/managed-by";

    /// <summary>Whether endpoints are ours to make: a Service that selects pods, and is not just a name for something outside.</summary>
    public static bool SelectsPods(this Service service) => service.Spec.Selector.Count > 0 && service.Spec.Type != "ExternalName";

    public static bool IsHeadless(this Service service) => service.Spec.ClusterIP is null or "" or "None";

    /// <summary>A pod with an address that is not finished for good. One that is being deleted still drains.</summary>
    public static bool HasEndpoint(this Pod pod) => !pod.IsFinished() && (!string.IsNullOrEmpty(pod.Status.PodIP) || pod.Status.PodIPs.Count > 0);

    /// <summary>The pod's own host name in the Service's domain, where it asks for one.</summary>
    public static string? HostnameIn(this Pod pod, Service service) =>
        !string.IsNullOrEmpty(pod.Spec.Hostname) && pod.Spec.Subdomain == service.Metadata.Name ? pod.Spec.Hostname : null;

    public static ObjectReference TargetOf(Pod pod) => new() { Kind = "Pod", Namespace = pod.Metadata.Namespace, Name = pod.Metadata.Name, Uid = pod.Metadata.Uid };

    /// <summary>The Service's ports with the numbers they have on this pod. A port that the pod does not have is left out.</summary>
    public static IEnumerable<(ServicePort Port, int Number)> PortsOn(this Service service, Pod pod)
    {
        foreach (var port in service.Spec.Ports)
            if (NumberOn(pod, port) is { } number)
                yield return (port, number);
    }

    /// <summary>A label set for what is derived of the Service: its own labels, but none of those that say who derived it.</summary>
    public static Dictionary<string, string> LabelsFrom(Service service)
    {
        var labels = service.Metadata.Labels
            .Where(l => l.Key is not (ServiceNameLabel or HeadlessLabel or ManagedByLabel or EndpointsManagedByLabel))
            .ToDictionary(StringComparer.Ordinal);
        if (service.IsHeadless())
            labels[HeadlessLabel] = "";
        return labels;
    }

    public static bool SameLabels(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right) =>
        left.Count == right.Count && left.All(l => right.TryGetValue(l.Key, out var value) && value == l.Value);

    private static int? NumberOn(Pod pod, ServicePort port)
    {
        if (port.TargetPort is not { } target)
            return port.Port;
        if (target.IsInt)
            return target.Int == 0 ? port.Port : target.Int;
        var containers = pod.Spec.Containers.Concat(pod.Spec.InitContainers.Where(c => c.RestartPolicy == "Always"));
        foreach (var container in containers)
            foreach (var candidate in container.Ports)
                if (candidate.Name == target.String && (candidate.Protocol ?? "TCP") == (port.Protocol ?? "TCP"))
                    return candidate.ContainerPortValue;
        return null;
    }
}
