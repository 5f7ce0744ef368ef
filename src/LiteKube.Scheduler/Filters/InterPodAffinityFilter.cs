using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Filters;

/// <summary>
/// Required pod affinity and anti-affinity, both ways: what the pod asks of those already there, and what those ask of it.
/// (https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity)
/// </summary>
internal sealed class InterPodAffinityFilter : INodeFilter
{
    private static readonly Rejection s_affinity = new(false, "node(s) didn't match pod affinity rules");
    private static readonly Rejection s_antiAffinity = new(true, "node(s) didn't match pod anti-affinity rules");
    private static readonly Rejection s_existing = new(true, "node(s) didn't satisfy existing pods anti-affinity rules");

    public Rejection? Check(SchedulingAttempt attempt, NodeInfo node)
    {
        var facts = attempt.Shared(this, () => new Facts(attempt));
        foreach (var place in facts.ForbiddenByOthers)
            if (place.Holds(node))
                return s_existing;
        foreach (var place in facts.Avoided)
            if (place.Holds(node))
                return s_antiAffinity;
        foreach (var term in attempt.Pod.RequiredAffinity)
        {
            if (!node.Node.Metadata.Labels.ContainsKey(term.TopologyKey))
                return s_affinity;
        }

        // The first pod of a group that wants to be together has nobody to join, and may start the group anywhere.
        if (attempt.Pod.RequiredAffinity.Length == 0 || (facts.Wanted.Count == 0 && facts.MatchesItself))
            return null;
        foreach (var term in attempt.Pod.RequiredAffinity)
            if (!facts.Wanted.Any(p => ReferenceEquals(p.Term, term) && p.Place.Holds(node)))
                return s_affinity;
        return null;
    }

    /// <summary>Every node with that value of that label.</summary>
    private readonly record struct Place(string Key, string Value)
    {
        public bool Holds(NodeInfo node) => node.Node.Metadata.Labels.TryGetValue(Key, out var value) && value == Value;
    }

    private sealed class Facts
    {
        public Facts(SchedulingAttempt attempt)
        {
            var pod = attempt.Pod;
            foreach (var node in attempt.Nodes)
            {
                foreach (var other in node.Pods)
                {
                    foreach (var term in other.RequiredAntiAffinity)
                        if (PlaceOf(node, term) is { } place && term.Matches(pod.Pod, attempt.NamespaceLabels))
                            ForbiddenByOthers.Add(place);
                    foreach (var term in pod.RequiredAntiAffinity)
                        if (PlaceOf(node, term) is { } place && term.Matches(other.Pod, attempt.NamespaceLabels))
                            Avoided.Add(place);

                    // A pod counts for affinity only if it meets all of the terms.
                    if (pod.RequiredAffinity.Length > 0 && pod.RequiredAffinity.All(t => t.Matches(other.Pod, attempt.NamespaceLabels)))
                        foreach (var term in pod.RequiredAffinity)
                            if (PlaceOf(node, term) is { } place)
                                Wanted.Add((term, place));
                }
            }

            MatchesItself = pod.RequiredAffinity.All(t => t.Matches(pod.Pod, attempt.NamespaceLabels));
        }

        public HashSet<Place> ForbiddenByOthers { get; } = [];

        public HashSet<Place> Avoided { get; } = [];

        public HashSet<(AffinityTerm Term, Place Place)> Wanted { get; } = [];

        public bool MatchesItself { get; }

        private static Place? PlaceOf(NodeInfo node, AffinityTerm term) =>
            node.Node.Metadata.Labels.TryGetValue(term.TopologyKey, out var value) ? new Place(term.TopologyKey, value) : null;
    }
}
