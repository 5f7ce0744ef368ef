using System.Net;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;
using LiteKube.Dns.Wire;

namespace LiteKube.Dns.Records;

/// <summary>The addresses, ports and names of Services and their endpoints.</summary>
internal sealed class ServiceNames(string domain, IClusterObjects objects)
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    /// <summary>Its ClusterIPs, or those of its ready endpoints where it is headless.</summary>
    internal IReadOnlyList<IPAddress> AddressesOf(Service service) =>
        IsHeadless(service) ? [.. Hosts(service).Select(host => host.Address).Distinct()] : ClusterIPs(service);

    /// <summary>Of one endpoint of a headless service, by hostname or by dashed address.</summary>
    internal IReadOnlyList<IPAddress> AddressesOfHost(Service service, string host) =>
        IsHeadless(service) ? [.. Hosts(service).Where(endpoint => endpoint.Name == host).Select(endpoint => endpoint.Address).Distinct()] : [];

    internal bool HasProtocol(Service service, string protocol) => service.Spec.Ports.Any(port => !string.IsNullOrEmpty(port.Name) && IsProtocol(port.Protocol, protocol));

    internal (List<DnsRecord> Records, List<DnsRecord> Additional) Ports(string name, Service service, string port, string protocol)
    {
        var records = new List<DnsRecord>();
        var additional = new List<DnsRecord>();
        if (!IsHeadless(service))
        {
            foreach (var servicePort in service.Spec.Ports.Where(candidate => candidate.Name == port && IsProtocol(candidate.Protocol, protocol)))
            {
                records.Add(DnsRecord.Srv(name, NameOf(service), servicePort.Port, 100));
                additional.AddRange(ClusterIPs(service).Select(address => DnsRecord.Host(NameOf(service), address)));
            }

            return (records, additional);
        }

        var found = (from slice in Slices(service)
                     from slicePort in slice.Ports
                     where slicePort.Name == port && IsProtocol(slicePort.Protocol, protocol) && slicePort.Port is not null
                     from host in Hosts(slice)
                     select (host.Name, host.Address, Port: slicePort.Port!.Value)).Distinct().ToList();
        foreach (var host in found)
        {
            var target = $"{host.Name}.{NameOf(service)}";
            records.Add(DnsRecord.Srv(name, target, host.Port, Math.Max(1, 100 / found.Count)));
            additional.Add(DnsRecord.Host(target, host.Address));
        }

        return (records, additional);
    }

    /// <summary>Of a ClusterIP, or of an endpoint of headless services.</summary>
    internal IReadOnlyList<string> NamesOf(IPAddress address)
    {
        var text = address.ToString();
        var services = objects.ServicesAt(text);
        if (services.Count > 0)
            return [.. services.Select(NameOf)];
        return [.. (from slice in objects.SlicesAt(text)
                    let service = objects.Service(slice.Metadata.Namespace ?? "", slice.Metadata.Labels.GetValueOrDefault(ServiceNameLabel, ""))
                    where service is not null && IsHeadless(service)
                    from host in Hosts(slice)
                    where host.Address.Equals(address)
                    select $"{host.Name}.{NameOf(service)}").Distinct()];
    }

    private static bool IsHeadless(Service service) => service.Spec.ClusterIP == "None";

    private static List<IPAddress> ClusterIPs(Service service) =>
        [.. service.Spec.ClusterIPs.Append(service.Spec.ClusterIP ?? "").Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>().Distinct()];

    private string NameOf(Service service) => $"{service.Metadata.Name}.{service.Metadata.Namespace}.svc.{domain}";

    private IReadOnlyList<EndpointSlice> Slices(Service service) => objects.Slices(service.Metadata.Namespace ?? "", service.Metadata.Name ?? "");

    private IEnumerable<(string Name, IPAddress Address)> Hosts(Service service) => Slices(service).SelectMany(Hosts);

    /// <summary>The ready endpoints. publishNotReadyAddresses makes its controller call all of them ready.</summary>
    private static IEnumerable<(string Name, IPAddress Address)> Hosts(EndpointSlice slice) =>
        from endpoint in slice.Endpoints
        where endpoint.Conditions?.Ready ?? true
        from text in endpoint.Addresses
        let address = IPAddress.TryParse(text, out var parsed) ? parsed : null
        where address is not null
        select (string.IsNullOrEmpty(endpoint.Hostname) ? Dashed(address) : endpoint.Hostname.ToLowerInvariant(), address);

    private static string Dashed(IPAddress address) => address.ToString().Replace('.', '-').Replace(':', '-');

    private static bool IsProtocol(string? protocol, string label) => string.Equals(string.IsNullOrEmpty(protocol) ? "TCP" : protocol, label, StringComparison.OrdinalIgnoreCase);
}
