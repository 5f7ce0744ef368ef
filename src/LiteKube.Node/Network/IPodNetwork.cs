using System.Net;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Network;

/// <summary>What the node asks of the network plugin. LiteKube (the executable) joins it to LiteKube.Network.</summary>
public interface IPodNetwork
{
    /// <summary>Null while ready; else why pods cannot have a network yet (shown in the node's Ready condition).</summary>
    string? NotReadyReason { get; }

    /// <summary>Raised when <see cref="NotReadyReason"/> has changed. One that cannot tell is asked a few times a second until it is ready, and with each lease after that.</summary>
    event Action ReadinessChanged
    {
        add { }
        remove { }
    }

    /// <summary>Gives the sandbox an interface and an address. The same address again where it already has one.</summary>
    ValueTask<IPAddress> AttachAsync(PodIdentity pod, string sandboxId, string networkNamespace, IReadOnlyList<HostPort> hostPorts, CancellationToken cancellationToken);

    /// <summary>Takes interface, address and host ports back. No error where there are none.</summary>
    ValueTask DetachAsync(string sandboxId, CancellationToken cancellationToken);

    /// <summary>Frees what belongs to none of these sandboxes; called once after a start.</summary>
    ValueTask KeepOnlyAsync(IReadOnlyCollection<string> sandboxIds, CancellationToken cancellationToken);
}

/// <param name="Protocol">TCP, UDP or SCTP.</param>
public sealed record HostPort(string Protocol, int Port, int ContainerPort, string? HostIP);
