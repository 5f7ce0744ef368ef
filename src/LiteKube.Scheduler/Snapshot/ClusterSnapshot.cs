using LiteKube.Api.Core.V1;

namespace LiteKube.Scheduler.Snapshot;

/// <summary>
/// The nodes and what runs on them, as the scheduling loop sees them: informer events, plus pods that were just placed and have not come back as
/// bound yet ("assumed"), so that the next pod does not take the same room. Guarded by its own lock; each attempt works on it under that lock.
/// </summary>
internal sealed class ClusterSnapshot
{
    private readonly Dictionary<string, NodeInfo> _nodes = new(StringComparer.Ordinal);

    // By pod uid: on which node the snapshot has it.
    private readonly Dictionary<string, string> _placed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _assumed = new(StringComparer.Ordinal);

    // Pods on nodes that are not known (yet).
    private readonly Dictionary<string, Dictionary<string, PodInfo>> _homeless = new(StringComparer.Ordinal);

    public Lock Gate { get; } = new();

    public IReadOnlyCollection<NodeInfo> Nodes => _nodes.Values;

    public NodeInfo? Node(string name) => _nodes.GetValueOrDefault(name);

    public void SetNode(Node node)
    {
        var name = node.Metadata.Name!;
        if (_nodes.TryGetValue(name, out var known))
        {
            known.Set(node);
            return;
        }

        var added = new NodeInfo(node);
        _nodes[name] = added;
        if (_homeless.Remove(name, out var pods))
            foreach (var pod in pods.Values)
                added.Add(pod);
    }

    public void RemoveNode(string name)
    {
        if (_nodes.Remove(name, out var known) && known.Pods.Count > 0)
            _homeless[name] = known.Pods.ToDictionary(p => p.Uid, StringComparer.Ordinal);
    }

    /// <summary>A pod that the server says is bound and not finished.</summary>
    public void SetPod(PodInfo pod)
    {
        _assumed.Remove(pod.Uid);
        Place(pod, pod.Pod.Spec.NodeName!);
    }

    public bool IsAssumed(string uid) => _assumed.Contains(uid);

    public void Assume(PodInfo pod, string node)
    {
        _assumed.Add(pod.Uid);
        Place(pod, node);
    }

    public void Forget(string uid)
    {
        if (_assumed.Contains(uid))
            RemovePod(uid);
    }

    public void RemovePod(string uid)
    {
        _assumed.Remove(uid);
        if (!_placed.Remove(uid, out var node))
            return;
        if (_nodes.TryGetValue(node, out var known))
            known.Remove(uid);
        else if (_homeless.TryGetValue(node, out var pods) && pods.Remove(uid) && pods.Count == 0)
            _homeless.Remove(node);
    }

    private void Place(PodInfo pod, string node)
    {
        if (_placed.TryGetValue(pod.Uid, out var before) && before != node)
        {
            var assumed = _assumed.Contains(pod.Uid);
            RemovePod(pod.Uid);
            if (assumed)
                _assumed.Add(pod.Uid);
        }

        _placed[pod.Uid] = node;
        if (_nodes.TryGetValue(node, out var known))
        {
            known.Add(pod);
            return;
        }

        if (!_homeless.TryGetValue(node, out var pods))
            _homeless[node] = pods = new Dictionary<string, PodInfo>(StringComparer.Ordinal);
        pods[pod.Uid] = pod;
    }
}
