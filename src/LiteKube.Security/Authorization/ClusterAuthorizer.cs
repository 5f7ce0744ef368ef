using LiteKube.Api.Security;
using LiteKube.Security.Authorization.Node;
using LiteKube.Security.Authorization.Rbac;

namespace LiteKube.Security.Authorization;

/// <summary>Masters may all; a node what the pods on it need; everybody what roles grant. The first that allows decides, and what all say against it is told.</summary>
internal sealed class ClusterAuthorizer(NodeAuthorizer nodes, RbacAuthorizer roles) : IAuthorizer
{
    public ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken) =>
        attributes.User.NodeName is { } node && !attributes.User.IsIn(UserInfo.MastersGroup)
            ? ForNodeAsync(node, attributes, cancellationToken)
            : roles.AuthorizeAsync(attributes, cancellationToken);

    public async ValueTask<UserRules> RulesForAsync(UserInfo user, string ns, CancellationToken cancellationToken)
    {
        var rules = await roles.RulesForAsync(user, ns, cancellationToken);
        if (user.NodeName is null)
            return rules;
        const string why = "node authorizer does not support user rule resolution";
        return rules with { Incomplete = true, EvaluationError = rules.EvaluationError is { } more ? $"{why}, {more}" : why };
    }

    private async ValueTask<AuthorizationDecision> ForNodeAsync(string node, AuthorizationAttributes attributes, CancellationToken cancellationToken)
    {
        var own = await nodes.AuthorizeAsync(node, attributes, cancellationToken);
        if (own.Allowed)
            return own;
        var granted = await roles.AuthorizeAsync(attributes, cancellationToken);
        if (granted.Allowed || own.Reason.Length == 0)
            return granted;
        return granted.Reason.Length == 0 ? own : new AuthorizationDecision(false, $"{own.Reason}\n{granted.Reason}");
    }
}
