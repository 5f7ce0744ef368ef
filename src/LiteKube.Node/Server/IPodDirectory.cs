using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Server;

/// <summary>What the node's server asks of the pod workers: which pods are here, and which of the engine's containers are theirs.</summary>
public interface IPodDirectory
{
    /// <summary>The node's pods as last known, with the status that the node gives them.</summary>
    IReadOnlyList<Pod> Pods { get; }

    /// <summary>Null where the pod is not on this node.</summary>
    Pod? Find(string ns, string name);

    /// <summary>
    /// The engine's id of a pod's container, be it an init, an ordinary or an ephemeral one: the newest that was started, or with
    /// <paramref name="previous"/> the one before that. Null where there is none (or none any more).
    /// </summary>
    string? FindContainer(string podUid, string containerName, bool previous);

    /// <summary>The engine's id of the pod's newest sandbox.</summary>
    string? FindSandbox(string podUid);
}
