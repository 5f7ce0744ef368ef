using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace LiteKube.Node.Registration;

/// <summary>
/// The address of this machine that others use: that of the default route's interface, else the first that is no link-local, loopback or container
/// bridge address, else loopback, with which a machine without any network still runs its pods.
/// </summary>
public static class HostAddress
{
    private static readonly string[] s_ofContainers = ["docker", "br-", "veth", "cni", "litekube", "lk", "flannel", "cali", "virbr", "kube-"];

    public static IPAddress Find()
    {
        var interfaces = NetworkInterface.GetAllNetworkInterfaces().Where(i => i.OperationalStatus != OperationalStatus.Down && i.NetworkInterfaceType != NetworkInterfaceType.Loopback).ToList();
        if (DefaultRouteInterface() is { } name && interfaces.FirstOrDefault(i => i.Name == name) is { } byRoute && Addresses(byRoute).FirstOrDefault() is { } address)
            return address;
        return interfaces.Where(i => !s_ofContainers.Any(p => i.Name.StartsWith(p, StringComparison.Ordinal))).SelectMany(Addresses).FirstOrDefault() ?? IPAddress.Loopback;
    }

    /// <summary>The interface of the IPv4 default route with the lowest metric.</summary>
    private static string? DefaultRouteInterface()
    {
        const string Routes = "/proc/net/route";
        if (!File.Exists(Routes))
            return null;
        string? best = null;
        var bestMetric = int.MaxValue;
        foreach (var line in File.ReadLines(Routes).Skip(1))
        {
            var fields = line.Split('\t', StringSplitOptions.TrimEntries);
            if (fields.Length < 8 || fields[1] != "00000000" || fields[7] != "00000000" || !int.TryParse(fields[6], NumberStyles.None, CultureInfo.InvariantCulture, out var metric) || metric >= bestMetric)
                continue;
            best = fields[0];
            bestMetric = metric;
        }

        return best;
    }

    /// <summary>IPv4 before IPv6.</summary>
    private static IEnumerable<IPAddress> Addresses(NetworkInterface from) =>
        from.GetIPProperties().UnicastAddresses.Select(a => a.Address)
            .Where(a => !IPAddress.IsLoopback(a) && !a.IsIPv6LinkLocal && !(a.AddressFamily == AddressFamily.InterNetwork && a.GetAddressBytes() is [169, 254, ..]))
            .OrderBy(a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1);
}
