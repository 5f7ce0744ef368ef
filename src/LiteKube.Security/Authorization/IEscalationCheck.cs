using LiteKube.Api;
using LiteKube.Api.Rbac.V1;
using LiteKube.Api.Security;

namespace LiteKube.Security.Authorization;

/// <summary>
/// Nobody gives away what they have not. (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping)
/// </summary>
public interface IEscalationCheck
{
    /// <summary>Whether the user may write these rules: they hold all of them, or may <c>escalate</c> the role.</summary>
    /// <param name="ns">Empty for a ClusterRole.</param>
    /// <param name="isNew">The role is being created, so that no permission can name it.</param>
    /// <exception cref="ApiException">Forbidden.</exception>
    ValueTask CheckRoleAsync(UserInfo user, ResourceType resource, string ns, string name, bool isNew, IReadOnlyList<PolicyRule> rules, bool aggregates, CancellationToken cancellationToken);

    /// <summary>Whether the user may bind the role: they hold all its rules, or may <c>bind</c> it.</summary>
    /// <exception cref="ApiException">Forbidden; NotFound where there is no such role to look at.</exception>
    ValueTask CheckBindingAsync(UserInfo user, ResourceType resource, string ns, string name, RoleRef role, CancellationToken cancellationToken);
}
