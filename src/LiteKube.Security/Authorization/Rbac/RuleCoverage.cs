using LiteKube.Api.Rbac.V1;

namespace LiteKube.Security.Authorization.Rbac;

/// <summary>
/// Which of some rules are not held already. Each rule is broken into its single permissions (one verb, one group, one resource, one name); each
/// must lie within one of the rules held, as a request for it would.
/// </summary>
internal static class RuleCoverage
{
    private const string All = "*";

    public static IReadOnlyList<PolicyRule> Missing(IReadOnlyList<PolicyRule> held, IReadOnlyList<PolicyRule> wanted)
    {
        var missing = new List<PolicyRule>();
        foreach (var rule in wanted)
        {
            foreach (var single in Singles(rule))
            {
                if (!held.Any(h => Covers(h, single)))
                    missing.Add(single);
            }
        }

        return missing;
    }

    /// <summary>One rule where several differ in their verbs alone.</summary>
    public static IReadOnlyList<PolicyRule> Compact(IReadOnlyList<PolicyRule> singles)
    {
        var result = new List<PolicyRule>();
        var byTarget = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var single in singles)
        {
            var target = RuleText.Of(single with { Verbs = [] });
            if (single.NonResourceURLs.Count > 0 || !byTarget.TryGetValue(target, out var at))
            {
                byTarget[target] = result.Count;
                result.Add(single);
                continue;
            }

            if (!result[at].Verbs.Contains(single.Verbs[0]))
                result[at] = result[at] with { Verbs = [.. result[at].Verbs, single.Verbs[0]] };
        }

        return result;
    }

    private static IEnumerable<PolicyRule> Singles(PolicyRule rule)
    {
        foreach (var group in rule.ApiGroups)
        {
            foreach (var resource in rule.Resources)
            {
                foreach (var verb in rule.Verbs)
                {
                    var single = new PolicyRule { ApiGroups = [group], Resources = [resource], Verbs = [verb] };
                    if (rule.ResourceNames.Count == 0)
                        yield return single;
                    foreach (var name in rule.ResourceNames)
                        yield return single with { ResourceNames = [name] };
                }
            }
        }

        foreach (var path in rule.NonResourceURLs)
        {
            foreach (var verb in rule.Verbs)
                yield return new PolicyRule { NonResourceURLs = [path], Verbs = [verb] };
        }
    }

    private static bool Covers(PolicyRule held, PolicyRule single)
    {
        if (!HasOrAll(held.Verbs, single.Verbs[0]))
            return false;
        if (single.NonResourceURLs is [var path])
            return held.NonResourceURLs.Any(h => h == path || h == All || (h.EndsWith('*') && path.StartsWith(h[..^1], StringComparison.Ordinal)));
        return HasOrAll(held.ApiGroups, single.ApiGroups[0])
            && HasResource(held.Resources, single.Resources[0])
            && (held.ResourceNames.Count == 0 || (single.ResourceNames is [var name] && held.ResourceNames.Contains(name)));
    }

    private static bool HasOrAll(IReadOnlyList<string> values, string wanted) => values.Contains(All) || values.Contains(wanted);

    private static bool HasResource(IReadOnlyList<string> resources, string wanted)
    {
        if (HasOrAll(resources, wanted))
            return true;
        var slash = wanted.IndexOf('/');
        return slash >= 0 && resources.Contains($"*{wanted[slash..]}");
    }
}
