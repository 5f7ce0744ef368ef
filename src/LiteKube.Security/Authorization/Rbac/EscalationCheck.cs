using LiteKube.Api;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Rbac.V1;
using LiteKube.Api.Security;

namespace LiteKube.Security.Authorization.Rbac;

/// <summary>Compares what is given away with what roles grant the giver. Permissions from elsewhere (a node's own, a webhook's) do not count, as in Kubernetes.</summary>
internal sealed class EscalationCheck(IAuthorizer authorizer, RbacAuthorizer roles) : IEscalationCheck
{
    private const string Group = "rbac.authorization.k8s.io";

    private static readonly PolicyRule[] s_everything =
    [
        new() { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] },
        new() { Verbs = ["*"], NonResourceURLs = ["*"] },
    ];

    public async ValueTask CheckRoleAsync(UserInfo user, ResourceType resource, string ns, string name, bool isNew, IReadOnlyList<PolicyRule> rules, bool aggregates, CancellationToken cancellationToken)
    {
        if (user.IsIn(UserInfo.MastersGroup) || await MayAsync(user, "escalate", resource.Plural, ns, isNew ? "" : name, cancellationToken))
            return;
        var index = await roles.IndexAsync(cancellationToken);
        if (Problem(index, user, ns, rules) is { } problem)
            throw Forbidden(resource, name, problem);
        if (aggregates && Problem(index, user, ns, s_everything) is not null)
            throw Forbidden(resource, name, "must have cluster-admin privileges to use the aggregationRule");
    }

    public async ValueTask CheckBindingAsync(UserInfo user, ResourceType resource, string ns, string name, RoleRef role, CancellationToken cancellationToken)
    {
        var plural = role.Kind == "ClusterRole" ? "clusterroles" : "roles";
        if (user.IsIn(UserInfo.MastersGroup) || await MayAsync(user, "bind", plural, ns, role.Name, cancellationToken))
            return;
        var index = await roles.IndexAsync(cancellationToken);
        var rules = index.RulesOf(role, ns) ?? throw ApiException.NotFound(role.Kind == "ClusterRole" ? ClusterRole.Resource : Role.Resource, role.Name);
        if (Problem(index, user, ns, rules) is { } problem)
            throw Forbidden(resource, name, problem);
    }

    private static string? Problem(RbacIndex index, UserInfo user, string ns, IReadOnlyList<PolicyRule> wanted)
    {
        var held = new List<PolicyRule>();
        var errors = new List<string>();
        foreach (var grant in index.GrantsFor(user, ns))
        {
            held.AddRange(grant.Rules);
            if (grant.Missing is not null)
                errors.Add(grant.Missing);
        }

        var missing = RuleCoverage.Missing(held, wanted);
        if (missing.Count == 0)
            return null;
        var described = RuleCoverage.Compact(missing).Select(RuleText.Of).Distinct().Order(StringComparer.Ordinal);
        var text = $"user \"{user.Name}\" (groups={RuleText.Quoted(user.Groups)}) is attempting to grant RBAC permissions not currently held:\n{string.Join('\n', described)}";
        return errors.Count == 0 ? text : $"{text}; resolution errors: [{(errors.Count == 1 ? errors[0] : $"[{string.Join(", ", errors)}]")}]";
    }

    private async ValueTask<bool> MayAsync(UserInfo user, string verb, string plural, string ns, string name, CancellationToken cancellationToken) =>
        (await authorizer.AuthorizeAsync(new AuthorizationAttributes { User = user, Verb = verb, ApiGroup = Group, ApiVersion = "*", Resource = plural, Namespace = ns, Name = name }, cancellationToken)).Allowed;

    private static ApiException Forbidden(ResourceType resource, string name, string why) => new(StatusReason.Forbidden, $"{resource.GroupResource} \"{name}\" is forbidden: {why}", new StatusDetails
    {
        Name = name,
        Group = resource.Group,
        Kind = resource.Plural,
    });
}
