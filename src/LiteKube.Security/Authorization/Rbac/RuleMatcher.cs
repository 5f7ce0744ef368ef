using LiteKube.Api.Rbac.V1;

namespace LiteKube.Security.Authorization.Rbac;

/// <summary>Whether one rule of a role allows a request. (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole)</summary>
internal static class RuleMatcher
{
    private const string All = "*";

    public static bool Allows(PolicyRule rule, AuthorizationAttributes request)
    {
        if (!Has(rule.Verbs, request.Verb))
            return false;
        if (!request.IsResourceRequest)
            return HasPath(rule.NonResourceURLs, request.Path);
        return Has(rule.ApiGroups, request.ApiGroup)
            && HasResource(rule.Resources, request.Resource, request.Subresource)
            && (rule.ResourceNames.Count == 0 || HasExactly(rule.ResourceNames, request.Name));
    }

    private static bool Has(IReadOnlyList<string> values, string wanted)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] == All || values[i] == wanted)
                return true;
        }

        return false;
    }

    private static bool HasExactly(IReadOnlyList<string> values, string wanted)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] == wanted)
                return true;
        }

        return false;
    }

    /// <summary><c>pods</c> is not <c>pods/log</c>; <c>*</c> is everything; <c>*/scale</c> is that sub-resource of everything.</summary>
    private static bool HasResource(IReadOnlyList<string> resources, string resource, string subresource)
    {
        for (var i = 0; i < resources.Count; i++)
        {
            var one = resources[i].AsSpan();
            if (one is All)
                return true;
            if (subresource.Length == 0)
            {
                if (one.SequenceEqual(resource))
                    return true;
                continue;
            }

            var slash = one.IndexOf('/');
            if (slash >= 0 && one[(slash + 1)..].SequenceEqual(subresource) && (one[..slash] is All || one[..slash].SequenceEqual(resource)))
                return true;
        }

        return false;
    }

    /// <summary>A final <c>*</c> stands for any end of the path.</summary>
    private static bool HasPath(IReadOnlyList<string> patterns, string path)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            var one = patterns[i];
            if (one == path || one == All || (one.EndsWith('*') && path.AsSpan().StartsWith(one.AsSpan(0, one.Length - 1), StringComparison.Ordinal)))
                return true;
        }

        return false;
    }
}
