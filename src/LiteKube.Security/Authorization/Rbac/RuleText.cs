using LiteKube.Api.Rbac.V1;

namespace LiteKube.Security.Authorization.Rbac;

/// <summary>Rules and lists as Kubernetes' messages show them.</summary>
internal static class RuleText
{
    /// <summary><c>{APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "list"]}</c>.</summary>
    public static string Of(PolicyRule rule)
    {
        var parts = new List<string>();
        Add(parts, "APIGroups", rule.ApiGroups);
        Add(parts, "Resources", rule.Resources);
        Add(parts, "NonResourceURLs", rule.NonResourceURLs);
        Add(parts, "ResourceNames", rule.ResourceNames);
        Add(parts, "Verbs", rule.Verbs);
        return $"{{{string.Join(", ", parts)}}}";
    }

    /// <summary><c>["a" "b"]</c>.</summary>
    public static string Quoted(IReadOnlyList<string> values) => $"[{string.Join(' ', values.Select(v => $"\"{v}\""))}]";

    private static void Add(List<string> parts, string name, IReadOnlyList<string> values)
    {
        if (values.Count > 0)
            parts.Add($"{name}:{Quoted(values)}");
    }
}
