using LiteKube.Api.Security;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Audit;

/// <summary>One rule of an audit policy: which requests it is for. An empty list means any. (https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy)</summary>
internal sealed record AuditRule(AuditLevel Level)
{
    public IReadOnlyList<string> Users { get; init; } = [];

    public IReadOnlyList<string> UserGroups { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = [];

    public IReadOnlyList<GroupResources> Resources { get; init; } = [];

    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public IReadOnlyList<string> NonResourceUrls { get; init; } = [];

    public AuditStages Omitted { get; init; }

    public bool OmitManagedFields { get; init; }

    /// <param name="request">Null for a request for another path.</param>
    public bool Matches(UserInfo? user, string verb, ApiRequest? request, string path)
    {
        if (Users.Count > 0 && (user is null || !Users.Contains(user.Name)))
            return false;
        if (UserGroups.Count > 0 && (user is null || !UserGroups.Any(user.IsIn)))
            return false;
        if (Verbs.Count > 0 && !Verbs.Contains(verb))
            return false;
        if (Namespaces.Count > 0 || Resources.Count > 0)
            return request is not null && MatchesResource(request);
        return NonResourceUrls.Count == 0 || (request is null && NonResourceUrls.Any(u => u == "*" || u == path || (u.EndsWith('*') && path.StartsWith(u[..^1], StringComparison.Ordinal))));
    }

    private bool MatchesResource(ApiRequest request)
    {
        var type = request.Resource.Type;
        // A namespace counts as within itself.
        var ns = type is { Plural: "namespaces", Group: "" } ? request.Name : request.Namespace;
        return (Namespaces.Count == 0 || Namespaces.Contains(ns)) && (Resources.Count == 0 || Resources.Any(r => r.Matches(type.Group, type.Plural, request.Subresource, request.Name)));
    }
}

/// <param name="Resources">Names as in RBAC: <c>pods</c>, <c>pods/log</c>, <c>pods/*</c>, <c>*/scale</c>, <c>*</c>. Empty: all of the group.</param>
internal sealed record GroupResources(string Group, IReadOnlyList<string> Resources, IReadOnlyList<string> Names)
{
    public bool Matches(string group, string resource, string subresource, string name)
    {
        if (group != Group)
            return false;
        if (Resources.Count == 0)
            return true;
        return (Names.Count == 0 || Names.Contains(name)) && Resources.Any(r => Matches(r, resource, subresource));
    }

    private static bool Matches(string pattern, string resource, string subresource)
    {
        if (pattern == "*")
            return true;
        var slash = pattern.IndexOf('/');
        if (slash < 0 || subresource.Length == 0)
            return slash < 0 && subresource.Length == 0 && pattern == resource;
        return (pattern.AsSpan(0, slash) is "*" || pattern.AsSpan(0, slash).SequenceEqual(resource))
            && (pattern.AsSpan(slash + 1) is "*" || pattern.AsSpan(slash + 1).SequenceEqual(subresource));
    }
}
