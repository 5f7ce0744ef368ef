using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Queue;

/// <summary>Pods for which others were told to leave a node. Until they are bound, their room there is kept from pods of lower priority. Guarded by the snapshot's lock.</summary>
internal sealed class Nominations
{
    private readonly Dictionary<string, (PodInfo Pod, string Node)> _byUid = new(StringComparer.Ordinal);

    public void Set(PodInfo pod, string node) => _byUid[pod.Uid] = (pod, node);

    public void Remove(string uid) => _byUid.Remove(uid);

    /// <summary>The node with those nominated to it who come before the pod; the same node when there are none.</summary>
    public NodeInfo SeenBy(PodInfo pod, NodeInfo node)
    {
        NodeInfo? copy = null;
        foreach (var (nominated, name) in _byUid.Values)
            if (name == node.Name && nominated.Uid != pod.Uid && nominated.Priority >= pod.Priority)
                (copy ??= node.Copy()).Add(nominated);
        return copy ?? node;
    }
}
