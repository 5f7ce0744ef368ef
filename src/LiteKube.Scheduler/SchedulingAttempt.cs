using LiteKube.Api.Core.V1;
using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler;

/// <summary>One pod, the cluster as it is, and what filters and scores have worked out once for all nodes.</summary>
internal sealed class SchedulingAttempt
{
    private readonly Dictionary<object, object> _shared = new(ReferenceEqualityComparer.Instance);

    public SchedulingAttempt(PodInfo pod, IReadOnlyCollection<NodeInfo> nodes, Func<string, IReadOnlyDictionary<string, string>> namespaceLabels)
    {
        Pod = pod;
        Nodes = nodes;
        NamespaceLabels = namespaceLabels;
    }

    public PodInfo Pod { get; }

    public IReadOnlyCollection<NodeInfo> Nodes { get; }

    public Func<string, IReadOnlyDictionary<string, string>> NamespaceLabels { get; }

    public PodSpec Spec => Pod.Pod.Spec;

    /// <summary>What one filter or score derives of the whole cluster, made once in an attempt.</summary>
    public T Shared<T>(object owner, Func<T> make) where T : class
    {
        if (_shared.TryGetValue(owner, out var known))
            return (T)known;
        var made = make();
        _shared[owner] = made;
        return made;
    }

    /// <summary>The same pod on a cluster in which one node is another.</summary>
    public SchedulingAttempt WithNode(NodeInfo changed) => new(Pod, [.. Nodes.Select(n => n.Name == changed.Name ? changed : n)], NamespaceLabels);
}
