using LiteKube.Api;
using LiteKube.Api.Authorization.V1;
using LiteKube.Api.Rbac.V1;
using LiteKube.Api.Security;

namespace LiteKube.Security.Authorization.Rbac;

/// <summary>
/// Role-based access control over an index that is rebuilt when a role or binding has changed, and only then. A decision sees every write that was
/// acknowledged before the request began.
/// </summary>
internal sealed class RbacAuthorizer(IObjectReader objects) : IAuthorizer, IDisposable
{
    private readonly SemaphoreSlim _compiling = new(1, 1);
    private volatile Compiled? _compiled;

    public ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken)
    {
        if (attributes.User.IsIn(UserInfo.MastersGroup))
            return new(new AuthorizationDecision(true, ""));
        var compiled = _compiled;
        if (compiled is not null && compiled.Versions == CurrentVersions())
            return new(Decide(compiled.Index, attributes));
        return SlowAsync(attributes, cancellationToken);
    }

    public async ValueTask<UserRules> RulesForAsync(UserInfo user, string ns, CancellationToken cancellationToken)
    {
        var resources = new List<ResourceRule>();
        var paths = new List<NonResourceRule>();
        var errors = new List<string>();
        if (user.IsIn(UserInfo.MastersGroup))
        {
            resources.Add(new ResourceRule { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] });
            paths.Add(new NonResourceRule { Verbs = ["*"], NonResourceURLs = ["*"] });
        }

        var index = await IndexAsync(cancellationToken);
        foreach (var grant in index.GrantsFor(user, ns))
        {
            if (grant.Missing is not null)
                errors.Add(grant.Missing);
            foreach (var rule in grant.Rules)
            {
                if (rule.Resources.Count > 0)
                    resources.Add(new ResourceRule { Verbs = rule.Verbs, ApiGroups = rule.ApiGroups, Resources = rule.Resources, ResourceNames = rule.ResourceNames });
                if (rule.NonResourceURLs.Count > 0)
                    paths.Add(new NonResourceRule { Verbs = rule.Verbs, NonResourceURLs = rule.NonResourceURLs });
            }
        }

        return new UserRules(resources, paths, errors.Count > 0, errors.Count > 0 ? string.Join(", ", errors) : null);
    }

    public void Dispose() => _compiling.Dispose();

    private async ValueTask<AuthorizationDecision> SlowAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken) =>
        Decide(await IndexAsync(cancellationToken), attributes);

    private static AuthorizationDecision Decide(RbacIndex index, AuthorizationAttributes request)
    {
        List<string>? missing = null;
        foreach (var grant in index.GrantsFor(request.User, request.IsResourceRequest ? request.Namespace : ""))
        {
            foreach (var rule in grant.Rules)
            {
                if (RuleMatcher.Allows(rule, request))
                    return new AuthorizationDecision(true, $"RBAC: allowed by {grant.Binding} of {grant.Role.Kind} \"{grant.Role.Name}\" to {grant.Subject}");
            }

            if (grant.Missing is not null)
                (missing ??= []).Add(grant.Missing);
        }

        return new AuthorizationDecision(false, missing is null ? "" : $"RBAC: {(missing.Count == 1 ? missing[0] : $"[{string.Join(", ", missing)}]")}");
    }

    internal async ValueTask<RbacIndex> IndexAsync(CancellationToken cancellationToken)
    {
        var wanted = CurrentVersions();
        if (_compiled is { } ready && ready.Versions == wanted)
            return ready.Index;
        await _compiling.WaitAsync(cancellationToken);
        try
        {
            // Taken before the lists, so that a change during them has the index made again.
            wanted = CurrentVersions();
            if (_compiled is { } raced && raced.Versions == wanted)
                return raced.Index;
            var index = new RbacIndex(
                await objects.ListAsync(ClusterRole.Resource, null, cancellationToken),
                await objects.ListAsync(Role.Resource, null, cancellationToken),
                await objects.ListAsync(ClusterRoleBinding.Resource, null, cancellationToken),
                await objects.ListAsync(RoleBinding.Resource, null, cancellationToken));
            _compiled = new Compiled(wanted, index);
            return index;
        }
        finally
        {
            _compiling.Release();
        }
    }

    private Versions CurrentVersions() => new(objects.VersionOf(ClusterRole.Resource), objects.VersionOf(Role.Resource), objects.VersionOf(ClusterRoleBinding.Resource), objects.VersionOf(RoleBinding.Resource));

    private readonly record struct Versions(long ClusterRoles, long Roles, long ClusterRoleBindings, long RoleBindings);

    private sealed record Compiled(Versions Versions, RbacIndex Index);
}
