using System.Net;
using System.Security.Cryptography;
using System.Text;
using LiteKube.Network.Ipam;
using LiteKube.Network.Netlink;

namespace LiteKube.Network.Cni;

/// <summary>
/// The cable of one pod: a port of the bridge on the host, <c>eth0</c> in the pod with its address as a /32 and everything by the gateway.
/// The /32 makes every packet pass the host's IP layer, so that services are undone on the way back whether or not br_netfilter is there;
/// redirects are ignored in the pod, for they would lead around it.
/// </summary>
internal static class PodInterface
{
    internal const string NamePrefix = "lkp";
    private const string InnerName = "eth0";

    /// <summary>Stable for a sandbox, and short enough for an interface name (15).</summary>
    internal static string NameOf(string sandboxId) => NamePrefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sandboxId)).AsSpan(0, 6));

    /// <summary>Repeats nothing that is there already. A left-over of the same sandbox in another namespace is replaced.</summary>
    internal static void Ensure(RouteNetlink host, Link bridge, PodAttachment pod, string namespacePath, IPAddress gateway, int mtu)
    {
        var name = NameOf(pod.SandboxId);
        using var target = NetworkNamespace.Open(namespacePath);
        using var inside = NetworkNamespace.Run(target, namespacePath, static () =>
        {
            KernelSettings.SetHere("ipv4/conf/all/accept_redirects", "0");
            KernelSettings.SetHere("ipv4/conf/default/accept_redirects", "0");
            return new RouteNetlink();
        });
        if (inside.FindLink(InnerName) is null)
        {
            host.DeleteLink(name);
            host.AddVeth(name, bridge.Index, mtu, InnerName, HardwareAddress.OfPod(pod.Address), target);
        }

        var port = host.GetLink(name);
        host.SetHairpin(port.Index);
        host.SetUp(port.Index);
        var inner = inside.GetLink(InnerName);
        inside.SetUp(inside.GetLink("lo").Index);
        inside.AddAddress(inner.Index, pod.Address, 32);
        inside.SetUp(inner.Index);
        inside.ReplaceRoute(new Route(new IPNetwork(gateway, 32), inner.Index));
        inside.ReplaceRoute(new Route(new IPNetwork(IPAddress.Any, 0), inner.Index, gateway));
    }
}
