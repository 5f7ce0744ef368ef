using LiteKube.Api.Core.V1;

namespace LiteKube.Scheduler.Snapshot;

/// <summary>A node with the pods on it, those just placed there included. Used by the scheduling loop alone.</summary>
internal sealed class NodeInfo
{
    private readonly Dictionary<string, PodInfo> _pods = new(StringComparer.Ordinal);

    public NodeInfo(Node node) => Set(node);

    private NodeInfo(NodeInfo other)
    {
        Node = other.Node;
        Allocatable = other.Allocatable;
        Images = other.Images;
        Requested = other.Requested.Copy();
        ScoredCpu = other.ScoredCpu;
        ScoredMemory = other.ScoredMemory;
        _pods = new Dictionary<string, PodInfo>(other._pods, StringComparer.Ordinal);
    }

    public Node Node { get; private set; } = null!;

    public string Name => Node.Metadata.Name ?? "";

    public ResourceAmounts Allocatable { get; private set; } = new();

    public ResourceAmounts Requested { get; } = new();

    public long ScoredCpu { get; private set; }

    public long ScoredMemory { get; private set; }

    public IReadOnlyDictionary<string, long> Images { get; private set; } = new Dictionary<string, long>();

    public IReadOnlyCollection<PodInfo> Pods => _pods.Values;

    public void Set(Node node)
    {
        if (Node is not null && ReferenceEquals(Node.Status, node.Status))
        {
            Node = node;
            return;
        }

        Node = node;
        Allocatable = ResourceAmounts.Of(node.Status.Allocatable.Count > 0 ? node.Status.Allocatable : node.Status.Capacity);
        var images = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var image in node.Status.Images)
            foreach (var name in image.Names)
                images[name] = image.SizeBytes ?? 0;
        Images = images;
    }

    public void Add(PodInfo pod)
    {
        Remove(pod.Uid);
        _pods[pod.Uid] = pod;
        Requested.Add(pod.Requests);
        ScoredCpu += pod.ScoredCpu;
        ScoredMemory += pod.ScoredMemory;
    }

    public bool Remove(string uid)
    {
        if (!_pods.Remove(uid, out var pod))
            return false;
        Requested.Add(pod.Requests, -1);
        ScoredCpu -= pod.ScoredCpu;
        ScoredMemory -= pod.ScoredMemory;
        return true;
    }

    /// <summary>A copy on which to try what would be if some pods were not there.</summary>
    public NodeInfo Copy() => new(this);
}
