using LiteKube.Api.Rbac.V1;

namespace LiteKube.Security.Authorization.Bootstrap;

/// <summary>What an upgrade adds to default roles and bindings that a cluster already has. Nothing is taken away, as administrators may have widened them, but for one default that was too wide.</summary>
internal static class RbacReconciliation
{
    private const string AutoUpdate = "rbac.authorization.kubernetes.io/autoupdate";

    /// <summary>Once bound all nodes, and so gave each what the node authorizer gives only the right one.</summary>
    private const string NodeBinding = "system:node";

    /// <summary>The role with the missing rules, or null where there is nothing to do.</summary>
    public static ClusterRole? Merge(ClusterRole existing, ClusterRole wanted)
    {
        var merged = existing with { Rules = Add(existing.Rules, wanted.Rules), AggregationRule = existing.AggregationRule ?? wanted.AggregationRule };
        return IsOptedOut(existing.Metadata.Annotations) || merged == existing ? null : merged;
    }

    public static Role? Merge(Role existing, Role wanted)
    {
        var merged = existing with { Rules = Add(existing.Rules, wanted.Rules) };
        return IsOptedOut(existing.Metadata.Annotations) || merged == existing ? null : merged;
    }

    public static ClusterRoleBinding? Merge(ClusterRoleBinding existing, ClusterRoleBinding wanted)
    {
        var kept = existing.Metadata.Name == NodeBinding && existing.Subjects.Any(IsNodes) ? [.. existing.Subjects.Where(s => !IsNodes(s))] : existing.Subjects;
        var merged = existing with { Subjects = Add(kept, wanted.Subjects) };
        return IsOptedOut(existing.Metadata.Annotations) || merged == existing ? null : merged;
    }

    public static RoleBinding? Merge(RoleBinding existing, RoleBinding wanted)
    {
        var merged = existing with { Subjects = Add(existing.Subjects, wanted.Subjects) };
        return IsOptedOut(existing.Metadata.Annotations) || merged == existing ? null : merged;
    }

    private static bool IsNodes(Subject subject) => subject is { Kind: "Group", Name: "system:nodes" };

    private static bool IsOptedOut(IReadOnlyDictionary<string, string> annotations) => annotations.GetValueOrDefault(AutoUpdate) == "false";

    private static IReadOnlyList<T> Add<T>(IReadOnlyList<T> existing, IReadOnlyList<T> wanted)
    {
        var missing = wanted.Where(w => !existing.Contains(w)).ToList();
        return missing.Count == 0 ? existing : [.. existing, .. missing];
    }
}
