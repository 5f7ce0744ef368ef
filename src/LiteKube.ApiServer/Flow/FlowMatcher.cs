using LiteKube.Api.Flowcontrol.V1;
using LiteKube.Api.Security;

namespace LiteKube.ApiServer.Flow;

/// <summary>Whether a FlowSchema is for a request. (https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#flowschema)</summary>
internal static class FlowMatcher
{
    private const string All = "*";

    public static bool Matches(FlowSchema schema, in FlowRequest request)
    {
        var rules = schema.Spec.Rules;
        for (var i = 0; i < rules.Count; i++)
        {
            if (HasSubject(rules[i].Subjects, request.User) && (request.Path is null ? HasResource(rules[i].ResourceRules, request) : HasPath(rules[i].NonResourceRules, request)))
                return true;
        }

        return false;
    }

    private static bool HasSubject(IReadOnlyList<Subject> subjects, UserInfo user)
    {
        for (var i = 0; i < subjects.Count; i++)
        {
            var subject = subjects[i];
            if (subject.User is { } one && (one.Name == All || one.Name == user.Name))
                return true;
            if (subject.Group is { } group && (group.Name == All || user.IsIn(group.Name)))
                return true;
            if (subject.ServiceAccount is { } account && IsAccount(account, user.Name))
                return true;
        }

        return false;
    }

    private static bool IsAccount(ServiceAccountSubject subject, ReadOnlySpan<char> user)
    {
        if (!user.StartsWith(UserInfo.ServiceAccountPrefix, StringComparison.Ordinal))
            return false;
        var rest = user[UserInfo.ServiceAccountPrefix.Length..];
        var colon = rest.IndexOf(':');
        return colon >= 0 && rest[..colon].SequenceEqual(subject.Namespace) && (subject.Name == All || rest[(colon + 1)..].SequenceEqual(subject.Name));
    }

    private static bool HasResource(IReadOnlyList<ResourcePolicyRule> rules, in FlowRequest request)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            if (Has(rule.Verbs, request.Verb) && Has(rule.ApiGroups, request.Group) && HasResource(rule.Resources, request.Resource, request.Subresource)
                && (request.Namespace.Length == 0 ? rule.ClusterScope == true : Has(rule.Namespaces, request.Namespace)))
                return true;
        }

        return false;
    }

    private static bool HasPath(IReadOnlyList<NonResourcePolicyRule> rules, in FlowRequest request)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            if (!Has(rules[i].Verbs, request.Verb))
                continue;
            foreach (var url in rules[i].NonResourceURLs)
            {
                if (url == All || url == request.Path || (url.EndsWith("/*", StringComparison.Ordinal) && request.Path.AsSpan().StartsWith(url.AsSpan(0, url.Length - 1), StringComparison.Ordinal)))
                    return true;
            }
        }

        return false;
    }

    private static bool HasResource(IReadOnlyList<string> resources, string resource, string subresource)
    {
        for (var i = 0; i < resources.Count; i++)
        {
            var one = resources[i].AsSpan();
            if (one is All)
                return true;
            if (subresource.Length == 0 ? one.SequenceEqual(resource)
                : one.Length == resource.Length + 1 + subresource.Length && one.StartsWith(resource, StringComparison.Ordinal) && one[resource.Length] == '/' && one.EndsWith(subresource, StringComparison.Ordinal))
                return true;
        }

        return false;
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
}
