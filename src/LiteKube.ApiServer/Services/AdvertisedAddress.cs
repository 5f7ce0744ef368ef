using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace LiteKube.ApiServer.Services;

/// <summary>The address others reach this machine by: the one configured, else that of the interface with a gateway, else any that is not loopback, else loopback.</summary>
internal sealed class AdvertisedAddress(ApiServerOptions options)
{
    public IPAddress Find()
    {
        if (options.AdvertiseAddress is { } configured)
            return configured;
        var candidates = NetworkInterface.GetAllNetworkInterfaces()
            .Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Select(i => i.GetIPProperties())
            .Select(p => (Gateway: p.GatewayAddresses.Any(g => g.Address.AddressFamily == AddressFamily.InterNetwork),
                Address: p.UnicastAddresses.Select(a => a.Address).FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork)))
            .Where(c => c.Address is not null)
            .OrderByDescending(c => c.Gateway);
        return candidates.Select(c => c.Address).FirstOrDefault() ?? IPAddress.Loopback;
    }
}
