using LiteKube.Api;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Controllers.Garbage;

/// <summary>
/// Who owns whom, by uid, over all kinds, as the informers tell it. An owner that nobody has seen yet stands in the graph as "virtual" until it
/// shows or is found not to exist. Guarded by its own lock; what it hands out are copies.
/// </summary>
internal sealed class OwnerGraph
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, GraphNode> _nodes = new(StringComparer.Ordinal);

    /// <summary>Takes in a version of an object. Returns what must be looked at because of it.</summary>
    public IReadOnlyList<GraphWork> Set(ResourceType resource, ObjectHeader header)
    {
        lock (_gate)
        {
            var work = new List<GraphWork>();
            if (!_nodes.TryGetValue(header.Uid, out var node))
                _nodes[header.Uid] = node = new GraphNode(header.Uid);
            var before = node.State;
            var owners = node.Owners;
            node.Resource = resource;
            node.Namespace = header.Namespace;
            node.Name = header.Name;
            node.IsVirtual = false;
            node.IsGone = false;
            node.State = StateOf(header);
            node.Owners = header.OwnerReferences;
            foreach (var owner in owners)
                if (header.OwnerReferences.All(o => o.Uid != owner.Uid) && _nodes.TryGetValue(owner.Uid, out var former))
                {
                    former.Dependents.Remove(node);

                    // An owner that waits for its dependents may wait for one less.
                    if (former.State == DeletionState.Foreground)
                        work.Add(new GraphWork(former.Uid, Orphan: false));
                    DropUnused(former);
                }

            foreach (var owner in header.OwnerReferences)
                Link(node, owner, work);

            if (node.State != before && node.State == DeletionState.Orphaning)
                work.Add(new GraphWork(node.Uid, Orphan: true));
            if (node.State != before && node.State == DeletionState.Foreground)
            {
                work.Add(new GraphWork(node.Uid, Orphan: false));
                work.AddRange(node.Dependents.Select(d => new GraphWork(d.Uid, Orphan: false)));
            }

            // References may have changed to what does not exist; only the server knows.
            if (owners.Count > 0 && !owners.Select(o => (o.Uid, o.BlockOwnerDeletion)).SequenceEqual(header.OwnerReferences.Select(o => (o.Uid, o.BlockOwnerDeletion))))
                work.Add(new GraphWork(node.Uid, Orphan: false));
            foreach (var owner in header.OwnerReferences)
                if (_nodes.TryGetValue(owner.Uid, out var known) && known.State == DeletionState.Foreground)
                    work.Add(new GraphWork(owner.Uid, Orphan: false));
            return work;
        }
    }

    /// <summary>Takes out an object that is gone, or was found never to have been. Returns what must be looked at because of it.</summary>
    public IReadOnlyList<GraphWork> Remove(string uid)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(uid, out var node) || node.IsGone)
                return [];
            var work = new List<GraphWork>();
            foreach (var owner in node.Owners)
            {
                if (!_nodes.TryGetValue(owner.Uid, out var known))
                    continue;
                known.Dependents.Remove(node);
                if (known.State == DeletionState.Foreground)
                    work.Add(new GraphWork(known.Uid, Orphan: false));
                DropUnused(known);
            }

            // While something names it as its owner it is remembered as gone: when its kind goes too, nobody could be asked any more.
            (node.IsVirtual, node.IsGone, node.State, node.Owners) = (true, true, DeletionState.None, []);
            DropUnused(node);
            work.AddRange(node.Dependents.Select(d => new GraphWork(d.Uid, Orphan: false)));
            return work;
        }
    }

    public GraphView? Find(string uid)
    {
        lock (_gate)
            return _nodes.TryGetValue(uid, out var node) ? View(node) : null;
    }

    public IReadOnlyList<GraphView> DependentsOf(string uid)
    {
        lock (_gate)
            return _nodes.TryGetValue(uid, out var node) ? [.. node.Dependents.Select(View)] : [];
    }

    /// <summary>What has owners of that kind that nobody has seen: once all objects of the kind are known, they can be told to be gone.</summary>
    public IReadOnlyList<GraphWork> WithUnseenOwners(ResourceType kind)
    {
        lock (_gate)
        {
            return
            [
                .. _nodes.Values.Where(n => n.IsVirtual)
                    .SelectMany(owner => owner.Dependents.Where(d => d.Owners.Any(o => o.Uid == owner.Uid && o.Kind == kind.Kind && o.ApiVersion.Split('/')[0] == kind.Group)))
                    .Select(d => new GraphWork(d.Uid, Orphan: false)),
            ];
        }
    }

    private void Link(GraphNode node, OwnerReference owner, List<GraphWork> work)
    {
        if (!_nodes.TryGetValue(owner.Uid, out var known))
        {
            // Not seen yet, or gone long ago: looking tells which.
            _nodes[owner.Uid] = known = new GraphNode(owner.Uid)
            {
                IsVirtual = true,
                Resource = ResourceCatalog.Find(owner.ApiVersion, owner.Kind),
                Namespace = node.Namespace,
                Name = owner.Name,
            };
            work.Add(new GraphWork(node.Uid, Orphan: false));
        }

        else if (known.IsGone)
        {
            work.Add(new GraphWork(node.Uid, Orphan: false));
        }

        known.Dependents.Add(node);
    }

    private void DropUnused(GraphNode node)
    {
        if (node.IsVirtual && node.Dependents.Count == 0)
            _nodes.Remove(node.Uid);
    }

    private static DeletionState StateOf(ObjectHeader header)
    {
        if (header.DeletionTimestamp is null)
            return DeletionState.None;
        if (header.Finalizers.Contains(GarbageFinalizers.Orphan))
            return DeletionState.Orphaning;
        return header.Finalizers.Contains(GarbageFinalizers.Foreground) ? DeletionState.Foreground : DeletionState.Deleting;
    }

    private static GraphView View(GraphNode node) => new(node.Uid, node.Resource, node.Namespace, node.Name, node.IsVirtual, node.IsGone, node.State, node.Owners, node.Dependents.Count);

    private sealed class GraphNode(string uid)
    {
        public readonly string Uid = uid;
        public readonly HashSet<GraphNode> Dependents = [];
        public ResourceType? Resource;
        public string Namespace = "";
        public string Name = "";
        public bool IsVirtual;

        /// <summary>It was there and is no more: a uid does not come back.</summary>
        public bool IsGone;
        public DeletionState State;
        public IReadOnlyList<OwnerReference> Owners = [];
    }
}

internal enum DeletionState
{
    None,
    Deleting,

    /// <summary>Deleted, and waits for its dependents to be gone.</summary>
    Foreground,

    /// <summary>Deleted, and waits for its dependents to be let go.</summary>
    Orphaning,
}

internal static class GarbageFinalizers
{
    public const string Orphan = "orphan";
    public const string Foreground = "foregroundDeletion";
}

/// <summary>An object to look at: should it be deleted, or (<paramref name="Orphan"/>) its dependents be let go?</summary>
internal readonly record struct GraphWork(string Uid, bool Orphan);

/// <param name="Resource">Null for a kind that is not known here.</param>
/// <param name="IsVirtual">Not there, as far as is known: it stands for its dependents.</param>
internal sealed record GraphView(string Uid, ResourceType? Resource, string Namespace, string Name, bool IsVirtual, bool IsGone, DeletionState State, IReadOnlyList<OwnerReference> Owners, int DependentCount);
