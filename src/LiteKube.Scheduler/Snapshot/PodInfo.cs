using LiteKube.Api.Core.V1;
using LiteKube.Api.Selectors;

namespace LiteKube.Scheduler.Snapshot;

/// <summary>A pod with what the scheduler asks of it computed once.</summary>
internal sealed class PodInfo
{
    public PodInfo(Pod pod)
    {
        Pod = pod;
        Requests = ResourceAmounts.RequestsOf(pod);
        ScoredCpu = Requests[ResourceAmounts.Cpu] is > 0 and var cpu ? cpu : 100;
        ScoredMemory = Requests[ResourceAmounts.Memory] is > 0 and var memory ? memory : 200L << 20;
        HostPorts = [.. HostPortsOf(pod)];
        RequiredAffinity = Terms(pod, pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution);
        RequiredAntiAffinity = Terms(pod, pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution);
    }

    public Pod Pod { get; }

    public string Uid => Pod.Metadata.Uid ?? "";

    public string Key => $"{Pod.Metadata.Namespace}/{Pod.Metadata.Name}";

    public int Priority => Pod.Spec.Priority ?? 0;

    public ResourceAmounts Requests { get; }

    /// <summary>What the pod counts for in scores: one that asks for nothing still takes something.</summary>
    public long ScoredCpu { get; }

    public long ScoredMemory { get; }

    public HostPort[] HostPorts { get; }

    public AffinityTerm[] RequiredAffinity { get; }

    public AffinityTerm[] RequiredAntiAffinity { get; }

    private static AffinityTerm[] Terms(Pod pod, IReadOnlyList<PodAffinityTerm>? terms) => terms is null ? [] : [.. terms.Select(t => new AffinityTerm(pod, t))];

    private static IEnumerable<HostPort> HostPortsOf(Pod pod)
    {
        foreach (var container in pod.Spec.Containers.Concat(pod.Spec.InitContainers.Where(c => c.RestartPolicy == "Always")))
            foreach (var port in container.Ports)
                if (port.HostPort is { } number and > 0)
                    yield return new HostPort(string.IsNullOrEmpty(port.HostIP) ? HostPort.AnyIP : port.HostIP, port.Protocol ?? "TCP", number);
    }
}

internal readonly record struct HostPort(string IP, string Protocol, int Number)
{
    public const string AnyIP = "0.0.0.0";

    public bool Conflicts(HostPort other) =>
        Number == other.Number && Protocol == other.Protocol && (IP == other.IP || IP is AnyIP or "::" || other.IP is AnyIP or "::");
}

/// <summary>A term of pod affinity: which pods it speaks of, and within which part of the cluster.</summary>
internal sealed class AffinityTerm
{
    private readonly LabelMatcher _pods;
    private readonly LabelMatcher? _namespaceLabels;
    private readonly IReadOnlyList<string> _namespaces;

    public AffinityTerm(Pod owner, PodAffinityTerm term)
    {
        TopologyKey = term.TopologyKey;
        _pods = term.LabelSelector is { } selector ? LabelMatcher.Of(WithKeys(owner, term, selector)) : LabelMatcher.Nothing;
        _namespaceLabels = term.NamespaceSelector is { } namespaces ? LabelMatcher.Of(namespaces) : null;

        // Neither names nor a selector: the pod's own namespace.
        _namespaces = term.Namespaces.Count == 0 && term.NamespaceSelector is null ? [owner.Metadata.Namespace ?? ""] : term.Namespaces;
    }

    public string TopologyKey { get; }

    /// <param name="labelsOf">The labels of a namespace.</param>
    public bool Matches(Pod pod, Func<string, IReadOnlyDictionary<string, string>> labelsOf)
    {
        var ns = pod.Metadata.Namespace ?? "";
        return (_namespaces.Contains(ns) || _namespaceLabels?.Matches(labelsOf(ns)) == true) && _pods.Matches(pod.Metadata.Labels);
    }

    private static Api.Meta.V1.LabelSelector WithKeys(Pod owner, PodAffinityTerm term, Api.Meta.V1.LabelSelector selector)
    {
        if (term.MatchLabelKeys.Count == 0 && term.MismatchLabelKeys.Count == 0)
            return selector;
        var expressions = selector.MatchExpressions.ToList();
        Add(term.MatchLabelKeys, "In");
        Add(term.MismatchLabelKeys, "NotIn");
        return selector with { MatchExpressions = expressions };

        void Add(IReadOnlyList<string> keys, string @operator)
        {
            foreach (var key in keys)
                if (owner.Metadata.Labels.TryGetValue(key, out var value))
                    expressions.Add(new Api.Meta.V1.LabelSelectorRequirement { Key = key, Operator = @operator, Values = [value] });
        }
    }
}
