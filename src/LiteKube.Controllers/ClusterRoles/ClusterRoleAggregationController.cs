using LiteKube.Api.Rbac.V1;
using LiteKube.Api.Selectors;
using LiteKube.Client;

namespace LiteKube.Controllers.ClusterRoles;

/// <summary>
/// Writes into each ClusterRole that aggregates the rules of the roles that its selectors find.
/// (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles)
/// </summary>
internal sealed class ClusterRoleAggregationController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<ClusterRoleAggregationController>())
{
    private readonly Informer<ClusterRole> _roles = context.Informers.Of<ClusterRole>();

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        // Any role may be part of any other, and there are few that gather.
        On(_roles, (_, _) =>
        {
            foreach (var role in _roles.List())
            {
                if (role.AggregationRule is not null)
                    Queue.Add(role.Metadata.Name!);
            }
        }),
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        if (_roles.Get(key) is not { AggregationRule: { } aggregation, Metadata.DeletionTimestamp: null } role)
            return;
        var rules = Gather(aggregation, key);
        if (!rules.SequenceEqual(role.Rules))
            await context.Client.UpdateAsync(role with { Rules = rules }, cancellationToken).ConfigureAwait(false);
    }

    private List<PolicyRule> Gather(AggregationRule aggregation, string self)
    {
        var rules = new List<PolicyRule>();
        foreach (var selector in aggregation.ClusterRoleSelectors)
        {
            var wanted = LabelMatcher.Of(selector);
            foreach (var part in _roles.List().Where(r => r.Metadata.Name != self && wanted.Matches(r.Metadata.Labels)).OrderBy(r => r.Metadata.Name, StringComparer.Ordinal))
                rules.AddRange(part.Rules.Where(r => !rules.Contains(r)));
        }

        return rules;
    }
}
