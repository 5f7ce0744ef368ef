using System.Net;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.ApiServer.Services;

/// <summary>What one Service holds exclusively.</summary>
internal sealed record ServiceClaims(IReadOnlySet<IPAddress> Addresses, IReadOnlySet<int> Ports)
{
    public static readonly ServiceClaims None = new(new HashSet<IPAddress>(), new HashSet<int>());

    public static ServiceClaims Of(JsonObject? service)
    {
        if (service.Object("spec") is not { } spec || spec.String("type") == "ExternalName")
            return None;
        var addresses = new HashSet<IPAddress>();
        foreach (var text in (spec.Array("clusterIPs") ?? []).Select(a => a.AsString()).Append(spec.String("clusterIP")))
        {
            if (IPAddress.TryParse(text, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
                addresses.Add(address);
        }

        var ports = new HashSet<int>();
        foreach (var port in spec.Array("ports") ?? [])
        {
            if ((port as JsonObject).Long("nodePort") is > 0 and { } number)
                ports.Add((int)number);
        }

        if (spec.Long("healthCheckNodePort") is > 0 and { } health)
            ports.Add((int)health);
        return new ServiceClaims(addresses, ports);
    }
}
