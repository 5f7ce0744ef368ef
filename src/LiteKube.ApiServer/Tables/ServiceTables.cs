using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;
using LiteKube.Api.Networking.V1;

namespace LiteKube.ApiServer.Tables;

/// <summary>Services, what stands behind them and what leads to them.</summary>
internal static class ServiceTables
{
    private const int MostEndpoints = 3;

    public static Table<Service> Services { get; } = new(
        new("Name", s => s.Metadata.Name, format: "name"),
        new("Type", s => s.Spec.Type ?? ""),
        new("Cluster-IP", s => Shown.OrNone(s.Spec.ClusterIPs.Count > 0 ? s.Spec.ClusterIPs[0] : s.Spec.ClusterIP)),
        new("External-IP", s => External(s)),
        new("Port(s)", s => Ports(s)),
        new("Age", (s, c) => Ages.Of(s.Metadata.CreationTimestamp, c)),
        new("Selector", s => Shown.Labels(s.Spec.Selector), 1));

    public static Table<Endpoints> Endpoints { get; } = new(
        new("Name", e => e.Metadata.Name, format: "name"),
        new("Endpoints", e => Addresses(e)),
        new("Age", (e, c) => Ages.Of(e.Metadata.CreationTimestamp, c)));

    public static Table<EndpointSlice> Slices { get; } = new(
        new("Name", e => e.Metadata.Name, format: "name"),
        new("AddressType", e => e.AddressType),
        new("Ports", e => e.Ports.Count == 0 ? Shown.Unset : Short([.. e.Ports.Select(p => p.Port is { } port ? $"{port}" : "*")])),
        new("Endpoints", e => e.Endpoints.Count == 0 ? Shown.Unset : Short([.. e.Endpoints.SelectMany(p => p.Addresses)])),
        new("Age", (e, c) => Ages.Of(e.Metadata.CreationTimestamp, c)));

    public static Table<Ingress> Ingresses { get; } = new(
        new("Name", i => i.Metadata.Name, format: "name"),
        new("Class", i => Shown.OrNone(i.Spec.IngressClassName)),
        new("Hosts", i => Hosts(i)),
        new("Address", i => string.Join(',', i.Status.LoadBalancer?.Ingress.Select(a => string.IsNullOrEmpty(a.Ip) ? a.Hostname : a.Ip) ?? [])),
        new("Ports", i => i.Spec.Tls.Count > 0 ? "80, 443" : "80"),
        new("Age", (i, c) => Ages.Of(i.Metadata.CreationTimestamp, c)));

    private static string External(Service service)
    {
        var balanced = service.Status.LoadBalancer?.Ingress.Select(i => string.IsNullOrEmpty(i.Ip) ? i.Hostname ?? "" : i.Ip) ?? [];
        return service.Spec.Type switch
        {
            "ExternalName" => service.Spec.ExternalName ?? "",
            "LoadBalancer" when balanced.Concat(service.Spec.ExternalIPs).Any() => string.Join(',', balanced.Concat(service.Spec.ExternalIPs)),
            "LoadBalancer" => "<pending>",
            _ => Shown.Join(service.Spec.ExternalIPs),
        };
    }

    private static string Ports(Service service) =>
        Shown.Join(service.Spec.Ports.Select(p => p.NodePort is > 0 ? $"{p.Port}:{p.NodePort}/{p.Protocol}" : $"{p.Port}/{p.Protocol}"));

    private static string Addresses(Endpoints endpoints)
    {
        var all = endpoints.Subsets
            .SelectMany(s => s.Ports.Count == 0 ? s.Addresses.Select(a => a.Ip) : s.Ports.SelectMany(p => s.Addresses.Select(a => $"{a.Ip}:{p.Port}")))
            .ToArray();
        return all.Length == 0 ? Shown.None : Short(all);
    }

    private static string Short(string[] all) => all.Length <= MostEndpoints
        ? string.Join(',', all)
        : $"{string.Join(',', all[..MostEndpoints])} + {all.Length - MostEndpoints} more...";

    private static string Hosts(Ingress ingress)
    {
        var hosts = ingress.Spec.Rules.Select(r => r.Host).Where(h => !string.IsNullOrEmpty(h)).ToArray();
        if (hosts.Length == 0)
            return "*";
        return hosts.Length <= MostEndpoints ? string.Join(',', hosts) : $"{string.Join(',', hosts[..MostEndpoints])} + {hosts.Length - MostEndpoints} more...";
    }
}
