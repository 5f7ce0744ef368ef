using LiteKube.Api;
using LiteKube.Api.Rbac.V1;
using LiteKube.Api.Security;

namespace LiteKube.Security.Authorization.Rbac;

/// <summary>Every role and binding at one moment, arranged by subject. Immutable once made.</summary>
internal sealed class RbacIndex
{
    private readonly SubjectIndex _cluster = new();
    private readonly Dictionary<string, SubjectIndex> _namespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<PolicyRule>> _clusterRoles = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Namespace, string Name), IReadOnlyList<PolicyRule>> _roles = [];

    public RbacIndex(IReadOnlyList<KubeObject> clusterRoles, IReadOnlyList<KubeObject> roles, IReadOnlyList<KubeObject> clusterRoleBindings, IReadOnlyList<KubeObject> roleBindings)
    {
        foreach (var role in clusterRoles)
            _clusterRoles[role.Header.Name] = RulesOf(role.As<ClusterRole>(), clusterRoles);
        foreach (var role in roles)
            _roles[(role.Header.Namespace, role.Header.Name)] = role.As<Role>().Rules;
        foreach (var item in clusterRoleBindings)
        {
            var binding = item.As<ClusterRoleBinding>();
            _cluster.Add(binding.Subjects, "", GrantOf($"ClusterRoleBinding \"{item.Header.Name}\"", binding.RoleRef, ns: null));
        }

        foreach (var item in roleBindings)
        {
            var binding = item.As<RoleBinding>();
            var ns = item.Header.Namespace;
            if (!_namespaces.TryGetValue(ns, out var index))
                _namespaces[ns] = index = new SubjectIndex();
            index.Add(binding.Subjects, ns, GrantOf($"RoleBinding \"{item.Header.Name}/{ns}\"", binding.RoleRef, ns));
        }
    }

    /// <summary>What the user is granted in the whole cluster, then in the namespace.</summary>
    public IEnumerable<Grant> GrantsFor(UserInfo user, string ns)
    {
        foreach (var grant in _cluster.For(user))
            yield return grant;
        if (ns.Length == 0 || !_namespaces.TryGetValue(ns, out var index))
            yield break;
        foreach (var grant in index.For(user))
            yield return grant;
    }

    /// <summary>The rules of a role that a binding refers to; null where there is no such role.</summary>
    public IReadOnlyList<PolicyRule>? RulesOf(RoleRef role, string ns) => role.Kind switch
    {
        "ClusterRole" => _clusterRoles.GetValueOrDefault(role.Name),
        "Role" => _roles.GetValueOrDefault((ns, role.Name)),
        _ => null,
    };

    // An aggregated role is what its selectors gather now; the rules stored in it are some controller's copy of that.
    private static IReadOnlyList<PolicyRule> RulesOf(ClusterRole role, IReadOnlyList<KubeObject> all)
    {
        if (role.AggregationRule is not { ClusterRoleSelectors.Count: > 0 } aggregation)
            return role.Rules;
        var gathered = new Dictionary<string, IReadOnlyList<PolicyRule>>(StringComparer.Ordinal);
        Gather(aggregation, all, gathered);
        var rules = new List<PolicyRule>();
        foreach (var name in gathered.Keys.Order(StringComparer.Ordinal))
        {
            foreach (var rule in gathered[name])
            {
                if (!rules.Contains(rule))
                    rules.Add(rule);
            }
        }

        return rules;
    }

    // Roles that aggregate may themselves be gathered: admin gathers edit, which gathers view.
    private static void Gather(AggregationRule aggregation, IReadOnlyList<KubeObject> all, Dictionary<string, IReadOnlyList<PolicyRule>> gathered)
    {
        foreach (var candidate in all)
        {
            if (gathered.ContainsKey(candidate.Header.Name) || !aggregation.ClusterRoleSelectors.Any(s => LabelSelectors.Matches(s, candidate.Header.Labels)))
                continue;
            var role = candidate.As<ClusterRole>();
            gathered[candidate.Header.Name] = role.AggregationRule is { ClusterRoleSelectors.Count: > 0 } ? [] : role.Rules;
            if (role.AggregationRule is { ClusterRoleSelectors.Count: > 0 } nested)
                Gather(nested, all, gathered);
        }
    }

    private Grant GrantOf(string binding, RoleRef role, string? ns)
    {
        IReadOnlyList<PolicyRule>? rules = null;
        string? missing = null;
        if (role.Kind == "ClusterRole")
        {
            if (!_clusterRoles.TryGetValue(role.Name, out rules))
                missing = $"clusterrole.rbac.authorization.k8s.io \"{role.Name}\" not found";
        }
        else if (role.Kind == "Role" && ns is not null)
        {
            if (!_roles.TryGetValue((ns, role.Name), out rules))
                missing = $"role.rbac.authorization.k8s.io \"{role.Name}\" not found";
        }
        else
        {
            missing = $"unsupported role reference kind: \"{role.Kind}\"";
        }

        return new Grant(binding, role, "", rules ?? [], missing);
    }
}
