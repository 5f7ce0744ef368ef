using LiteKube.Api;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Rbac.V1;
using LiteKube.Api.Security;
using LiteKube.Security.Authorization.Rbac;
using LiteKube.Testing.Objects;

namespace LiteKube.Security.Tests.Authorization;

public sealed class EscalationTests : IDisposable
{
    private static readonly UserInfo s_alice = UserInfo.Of("alice", "team");

    private readonly FakeObjects _objects = new();
    private readonly RbacAuthorizer _roles;
    private readonly EscalationCheck _check;

    public EscalationTests()
    {
        _roles = new RbacAuthorizer(_objects);
        _check = new EscalationCheck(_roles, _roles);
    }

    [Fact]
    public async Task Rules_that_the_writer_has_not_are_named()
    {
        Grant("ns", new PolicyRule { Verbs = ["get"], ApiGroups = [""], Resources = ["pods"] });

        var refused = await Assert.ThrowsAsync<ApiException>(() => RoleAsync("ns", new PolicyRule { Verbs = ["get", "list", "watch"], ApiGroups = [""], Resources = ["pods", "secrets"] }));

        Assert.Equal(StatusReason.Forbidden, refused.Reason);
        Assert.Equal(
            "roles.rbac.authorization.k8s.io \"r\" is forbidden: user \"alice\" (groups=[\"team\" \"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n"
            + "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"list\" \"watch\"]}\n{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\" \"list\" \"watch\"]}",
            refused.Message);
    }

    [Theory]
    // verbs, groups, resources, names and paths held; the same wanted
    [InlineData("*|*|*||", "get,delete|apps|deployments/scale||", true)]
    [InlineData("get|apps|*/scale||", "get|apps|deployments/scale||", true)]
    [InlineData("get|apps|deployments||", "get|apps|deployments/scale||", false)]
    [InlineData("get||configmaps|a,b|", "get||configmaps|a|", true)]
    [InlineData("get||configmaps|a|", "get||configmaps||", false)]
    [InlineData("get||configmaps||", "get||configmaps|a|", true)]
    [InlineData("get||||/metrics*", "get||||/metrics/slis", true)]
    [InlineData("get||||/metrics/slis", "get||||/metrics/*", false)]
    [InlineData("get,list||pods||", "*||pods||", false)]
    [InlineData("get||pods||", "get|apps|pods||", false)]
    public async Task A_permission_lies_within_one_that_is_held(string held, string wanted, bool allowed)
    {
        GrantEverywhere(Parse(held));
        var write = () => RoleAsync("", Parse(wanted));

        if (allowed)
            await write();
        else
            await Assert.ThrowsAsync<ApiException>(write);
    }

    [Fact]
    public async Task Who_may_escalate_may_write_any_rule()
    {
        Grant("ns", new PolicyRule { Verbs = ["escalate"], ApiGroups = ["rbac.authorization.k8s.io"], Resources = ["roles"] });

        await RoleAsync("ns", new PolicyRule { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] });
    }

    [Fact]
    public async Task An_aggregation_rule_takes_the_whole_clusters_rights()
    {
        GrantEverywhere(new PolicyRule { Verbs = ["get", "list"], ApiGroups = [""], Resources = ["*"] });

        var refused = await Assert.ThrowsAsync<ApiException>(() => RoleAsync("", new PolicyRule { Verbs = ["get"], ApiGroups = [""], Resources = ["pods"] }, aggregates: true));

        Assert.EndsWith("must have cluster-admin privileges to use the aggregationRule", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_is_bound_by_who_has_its_rules_or_may_bind_it()
    {
        _objects.Put(new ClusterRole { Metadata = new ObjectMeta { Name = "reader" }, Rules = [new PolicyRule { Verbs = ["get"], ApiGroups = [""], Resources = ["secrets"] }] });
        await Assert.ThrowsAsync<ApiException>(() => BindAsync("ns", "reader"));

        Grant("ns", new PolicyRule { Verbs = ["bind"], ApiGroups = ["rbac.authorization.k8s.io"], Resources = ["clusterroles"], ResourceNames = ["reader"] });

        await BindAsync("ns", "reader");
        await Assert.ThrowsAsync<ApiException>(() => BindAsync("other", "reader"));
    }

    [Fact]
    public async Task A_role_that_is_not_there_is_bound_only_by_who_may_bind_it()
    {
        var refused = await Assert.ThrowsAsync<ApiException>(() => BindAsync("ns", "later"));

        Assert.Equal("clusterroles.rbac.authorization.k8s.io \"later\" not found", refused.Message);
    }

    [Fact]
    public async Task Masters_are_not_asked() =>
        await _check.CheckRoleAsync(UserInfo.Of("root", "system:masters"), Role.Resource, "ns", "r", true, [new PolicyRule { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] }], true, CancellationToken.None);

    public void Dispose() => _roles.Dispose();

    private Task RoleAsync(string ns, PolicyRule rule, bool aggregates = false) =>
        _check.CheckRoleAsync(s_alice, ns.Length == 0 ? ClusterRole.Resource : Role.Resource, ns, "r", true, [rule], aggregates, CancellationToken.None).AsTask();

    private Task BindAsync(string ns, string role) =>
        _check.CheckBindingAsync(s_alice, RoleBinding.Resource, ns, "b", new RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = role }, CancellationToken.None).AsTask();

    private void Grant(string ns, PolicyRule rule)
    {
        _objects.Put(new Role { Metadata = new ObjectMeta { Namespace = ns, Name = "held" }, Rules = [rule] });
        _objects.Put(new RoleBinding { Metadata = new ObjectMeta { Namespace = ns, Name = "held" }, RoleRef = new RoleRef { Kind = "Role", Name = "held" }, Subjects = [new Subject { Kind = "User", Name = "alice" }] });
    }

    private void GrantEverywhere(PolicyRule rule)
    {
        _objects.Put(new ClusterRole { Metadata = new ObjectMeta { Name = "held" }, Rules = [rule] });
        _objects.Put(new ClusterRoleBinding { Metadata = new ObjectMeta { Name = "held" }, RoleRef = new RoleRef { Kind = "ClusterRole", Name = "held" }, Subjects = [new Subject { Kind = "Group", Name = "team" }] });
    }

    private static PolicyRule Parse(string text)
    {
        var parts = text.Split('|');
        var isPath = parts[4].Length > 0;
        return new PolicyRule
        {
            Verbs = parts[0].Split(','),
            ApiGroups = isPath ? [] : parts[1].Split(','),
            Resources = isPath ? [] : parts[2].Split(','),
            ResourceNames = parts[3].Split(',', StringSplitOptions.RemoveEmptyEntries),
            NonResourceURLs = isPath ? [parts[4]] : [],
        };
    }
}
