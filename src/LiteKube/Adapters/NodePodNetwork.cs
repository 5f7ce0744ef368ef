using System.Net;
using LiteKube.Network.Cni;
using LiteKube.Node.Network;
using LiteKube.Node.Runtime;

namespace LiteKube.Adapters;

/// <summary>The network room's pod network as the node wants it.</summary>
internal sealed class NodePodNetwork(PodNetwork network) : IPodNetwork
{
    public event Action ReadinessChanged
    {
        add => network.ReadinessChanged += value;
        remove => network.ReadinessChanged -= value;
    }

    public string? NotReadyReason => network.NotReadyReason;

    public ValueTask<IPAddress> AttachAsync(PodIdentity pod, string sandboxId, string networkNamespace, IReadOnlyList<HostPort> hostPorts, CancellationToken cancellationToken) =>
        network.AttachAsync(pod.Namespace, pod.Name, sandboxId, networkNamespace, [.. hostPorts.Select(p => new PodHostPort(p.Protocol, p.Port, p.ContainerPort, p.HostIP))], cancellationToken);

    public ValueTask DetachAsync(string sandboxId, CancellationToken cancellationToken) => network.DetachAsync(sandboxId, cancellationToken);

    public ValueTask KeepOnlyAsync(IReadOnlyCollection<string> sandboxIds, CancellationToken cancellationToken) => network.KeepOnlyAsync(sandboxIds, cancellationToken);
}
