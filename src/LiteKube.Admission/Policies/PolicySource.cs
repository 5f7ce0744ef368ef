using LiteKube.Api;

namespace LiteKube.Admission.Policies;

/// <summary>
/// The policies of one sort that some binding puts to work, compiled; in the order of their names. Read anew when a policy or binding was written, and only
/// what changed is compiled again.
/// </summary>
internal sealed class PolicySource<TPolicy>(
    IObjectReader objects, ResourceType policies, ResourceType bindings, Func<KubeObject, TPolicy> compile, Func<KubeObject, BindingDefinition> bindingOf)
    where TPolicy : PolicyDefinition
{
    private volatile Snapshot? _snapshot;

    /// <summary>Most clusters have no policy most of the time; this is all that a write pays then.</summary>
    public bool IsEmpty => _snapshot is { Bound.Count: 0 } snapshot && snapshot.Version == Version;

    private (long Policies, long Bindings) Version => (objects.VersionOf(policies), objects.VersionOf(bindings));

    public async ValueTask<IReadOnlyList<(TPolicy Policy, BindingDefinition[] Bindings)>> AllAsync(CancellationToken cancellationToken)
    {
        var version = Version;
        var known = _snapshot;
        if (known is not null && known.Version == version)
            return known.Bound;
        var byPolicy = (await objects.ListAsync(bindings, null, cancellationToken))
            .OrderBy(b => b.Header.Name, StringComparer.Ordinal)
            .Select(bindingOf)
            .ToLookup(b => b.PolicyName, StringComparer.Ordinal);
        var compiled = new Dictionary<KubeObject, TPolicy>(ReferenceEqualityComparer.Instance);
        var bound = new List<(TPolicy, BindingDefinition[])>();
        foreach (var stored in (await objects.ListAsync(policies, null, cancellationToken)).OrderBy(p => p.Header.Name, StringComparer.Ordinal))
        {
            if (!byPolicy.Contains(stored.Header.Name))
                continue;
            var policy = known?.Compiled.GetValueOrDefault(stored) ?? compile(stored);
            compiled.Add(stored, policy);
            bound.Add((policy, [.. byPolicy[stored.Header.Name]]));
        }

        _snapshot = new Snapshot(version, bound, compiled);
        return bound;
    }

    private sealed record Snapshot((long, long) Version, IReadOnlyList<(TPolicy, BindingDefinition[])> Bound, Dictionary<KubeObject, TPolicy> Compiled);
}
