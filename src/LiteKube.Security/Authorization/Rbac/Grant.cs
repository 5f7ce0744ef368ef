using LiteKube.Api.Rbac.V1;

namespace LiteKube.Security.Authorization.Rbac;

/// <summary>The rules that one binding gives to one subject.</summary>
/// <param name="Subject">As decisions name it: <c>Group "system:nodes"</c>.</param>
/// <param name="Missing">What the binding refers to, where that does not exist; the grant then has no rules.</param>
internal sealed record Grant(string Binding, RoleRef Role, string Subject, IReadOnlyList<PolicyRule> Rules, string? Missing);
