namespace LiteKube.Security.Authorization.Bootstrap;

/// <summary>The default roles and bindings: roles first, so that no binding ever dangles.</summary>
public static class BootstrapRbac
{
    public static IReadOnlyList<BootstrapObject> Objects()
    {
        using var stream = typeof(BootstrapRbac).Assembly.GetManifestResourceStream("defaults.rbac")!;
        using var reader = new StreamReader(stream);
        var text = RbacText.Parse(reader);
        return
        [
            .. text.ClusterRoles.Select(r => BootstrapObject.Of(r, RbacReconciliation.Merge)),
            .. text.Roles.Select(r => BootstrapObject.Of(r, RbacReconciliation.Merge)),
            .. text.ClusterRoleBindings.Select(r => BootstrapObject.Of(r, RbacReconciliation.Merge)),
            .. text.RoleBindings.Select(r => BootstrapObject.Of(r, RbacReconciliation.Merge)),
        ];
    }
}
