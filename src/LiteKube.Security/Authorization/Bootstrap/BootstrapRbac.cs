using LiteKube.Api.Rbac.V1;

namespace LiteKube.Security.Authorization.Bootstrap;

/// <summary>The default roles and bindings: roles first, so that no binding ever dangles.</summary>
public static class BootstrapRbac
{
    private static readonly Lazy<RbacText> s_text = new(() =>
    {
        using var stream = typeof(BootstrapRbac).Assembly.GetManifestResourceStream("defaults.rbac")!;
        using var reader = new StreamReader(stream);
        return RbacText.Parse(reader);
    });

    public static IReadOnlyList<BootstrapObject> Objects() =>
    [
        .. s_text.Value.ClusterRoles.Select(r => BootstrapObject.Of(r, RbacReconciliation.Merge)),
        .. s_text.Value.Roles.Select(r => BootstrapObject.Of(r, RbacReconciliation.Merge)),
        .. s_text.Value.ClusterRoleBindings.Select(r => BootstrapObject.Of(r, RbacReconciliation.Merge)),
        .. s_text.Value.RoleBindings.Select(r => BootstrapObject.Of(r, RbacReconciliation.Merge)),
    ];

    internal static ClusterRole ClusterRole(string name) => s_text.Value.ClusterRoles.First(r => r.Metadata.Name == name);
}
