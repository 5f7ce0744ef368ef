using LiteKube.Api.Core.V1;
using LiteKube.Node.Network;

namespace LiteKube.Node.Pods;

/// <summary>The ports of the host that a pod takes.</summary>
internal static class HostPorts
{
    public static IReadOnlyList<HostPort> Of(Pod pod) =>
    [
        .. pod.LongRunning().SelectMany(c => c.Ports).Where(p => p.HostPort > 0)
            .Select(p => new HostPort(string.IsNullOrEmpty(p.Protocol) ? "TCP" : p.Protocol, p.HostPort!.Value, p.ContainerPortValue, string.IsNullOrEmpty(p.HostIP) ? null : p.HostIP)),
    ];
}
