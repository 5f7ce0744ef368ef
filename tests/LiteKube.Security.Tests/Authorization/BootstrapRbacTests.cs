using LiteKube.Api;
using LiteKube.Api.Rbac.V1;
using LiteKube.Api.Security;
using LiteKube.Security.Authorization;
using LiteKube.Security.Authorization.Bootstrap;
using LiteKube.Security.Authorization.Node;
using LiteKube.Security.Authorization.Rbac;
using LiteKube.Testing.Objects;

namespace LiteKube.Security.Tests.Authorization;

public sealed class BootstrapRbacTests : IDisposable
{
    private readonly FakeObjects _objects = new();
    private readonly RbacAuthorizer _roles;
    private readonly ClusterAuthorizer _authorizer;

    public BootstrapRbacTests()
    {
        foreach (var one in BootstrapRbac.Objects())
            _objects.Put(one.Resource, one.Object);
        _roles = new RbacAuthorizer(_objects);
        _authorizer = new ClusterAuthorizer(new NodeAuthorizer(new NodeReach(_objects)), _roles);
    }

    [Theory]
    [InlineData("view", "list", "", "pods", "", true)]
    [InlineData("view", "get", "", "pods", "log", true)]
    [InlineData("view", "get", "", "secrets", "", false)]
    [InlineData("view", "create", "", "pods", "", false)]
    [InlineData("edit", "get", "", "pods", "log", true)]
    [InlineData("edit", "get", "", "secrets", "", true)]
    [InlineData("edit", "create", "", "pods", "exec", true)]
    [InlineData("edit", "patch", "apps", "deployments", "scale", true)]
    [InlineData("edit", "create", "rbac.authorization.k8s.io", "rolebindings", "", false)]
    [InlineData("admin", "create", "rbac.authorization.k8s.io", "rolebindings", "", true)]
    [InlineData("admin", "delete", "batch", "jobs", "", true)]
    [InlineData("admin", "update", "", "resourcequotas", "", false)]
    [InlineData("cluster-admin", "anything", "example.com", "things", "part", true)]
    public async Task UserFacingRole_BoundInANamespace_MayWhatItsNameSays(string role, string verb, string group, string resource, string subresource, bool allowed)
    {
        _objects.Put(new RoleBinding
        {
            Metadata = new Api.Meta.V1.ObjectMeta { Namespace = "ns", Name = "b" },
            RoleRef = new RoleRef { Kind = "ClusterRole", Name = role },
            Subjects = [new Subject { Kind = "User", Name = "alice" }],
        });

        Assert.Equal(allowed, await MayAsync(UserInfo.Of("alice"), verb, group, resource, subresource, "ns"));
    }

    [Theory]
    [InlineData("system:kube-controller-manager", "", "create", "", "pods", "", true)]
    [InlineData("system:kube-controller-manager", "", "create", "discovery.k8s.io", "endpointslices", "", true)]
    [InlineData("system:kube-controller-manager", "", "update", "apps", "deployments", "status", true)]
    [InlineData("system:kube-controller-manager", "", "delete", "example.com", "things", "", true)]
    [InlineData("system:kube-controller-manager", "", "update", "", "namespaces", "finalize", true)]
    [InlineData("system:kube-controller-manager", "", "approve", "certificates.k8s.io", "signers", "", false)]
    [InlineData("system:kube-scheduler", "", "create", "", "pods", "binding", true)]
    [InlineData("system:kube-scheduler", "", "get", "", "secrets", "", false)]
    [InlineData("system:kube-proxy", "", "watch", "discovery.k8s.io", "endpointslices", "", true)]
    [InlineData("system:node:a", "system:nodes", "update", "", "nodes", "status", true)]
    [InlineData("system:node:a", "system:nodes", "create", "", "serviceaccounts", "token", false)]
    [InlineData("system:node:a", "system:nodes", "get", "", "secrets", "", false)]
    [InlineData("someone", "system:nodes", "get", "", "secrets", "", false)]
    [InlineData("system:node:a", "system:nodes", "watch", "discovery.k8s.io", "endpointslices", "", true)]
    [InlineData("system:node:a", "system:nodes", "create", "certificates.k8s.io", "certificatesigningrequests", "", true)]
    [InlineData("system:node:a", "system:nodes", "delete", "", "nodes", "", false)]
    [InlineData("system:node:a", "system:nodes", "update", "", "secrets", "", false)]
    [InlineData("system:bootstrap:x", "system:bootstrappers", "create", "certificates.k8s.io", "certificatesigningrequests", "", true)]
    [InlineData("system:bootstrap:x", "system:bootstrappers", "get", "", "nodes", "", false)]
    [InlineData("system:serviceaccount:kube-system:replicaset-controller", "", "create", "", "pods", "", true)]
    [InlineData("alice", "", "create", "authorization.k8s.io", "selfsubjectaccessreviews", "", true)]
    [InlineData("alice", "", "get", "", "pods", "", false)]
    public async Task SystemUser_Default_MayWhatItsWorkNeeds(string user, string group, string verb, string apiGroup, string resource, string subresource, bool allowed)
    {
        var info = group.Length > 0 ? UserInfo.Of(user, group) : UserInfo.Of(user);

        Assert.Equal(allowed, await MayAsync(info, verb, apiGroup, resource, subresource, ""));
    }

    [Theory]
    [InlineData("system:kube-scheduler", "update", "", "pods", "finalizers", true)]
    [InlineData("system:kube-scheduler", "watch", "storage.k8s.io", "volumeattachments", "", true)]
    [InlineData("system:serviceaccount:kube-system:node-controller", "watch", "coordination.k8s.io", "leases", "", true)]
    [InlineData("system:kube-proxy", "watch", "networking.k8s.io", "servicecidrs", "", true)]
    public async Task SystemUser_Since136_MayWhatKubernetesAdded(string user, string verb, string group, string resource, string subresource, bool allowed) =>
        Assert.Equal(allowed, await MayAsync(UserInfo.Of(user), verb, group, resource, subresource, ""));

    [Fact]
    public void CertificateController_Default_ApprovesOnlyNodesOwnCertificates()
    {
        var role = BootstrapRbac.ClusterRole("system:controller:certificate-controller");
        Assert.Equal(["kubernetes.io/kube-apiserver-client-kubelet"], role.Rules.Single(r => r.Verbs.Contains("approve")).ResourceNames);
    }

    [Theory]
    [InlineData("/healthz", true, true)]
    [InlineData("/version", true, true)]
    [InlineData("/apis/apps/v1", true, false)]
    [InlineData("/openapi/v3", true, false)]
    [InlineData("/metrics", false, false)]
    public async Task Paths_Default_AreOpenToSome(string path, bool authenticated, bool anonymous)
    {
        Assert.Equal(authenticated, await MayPathAsync(UserInfo.Of("alice"), path));
        Assert.Equal(anonymous, await MayPathAsync(UserInfo.Anonymous, path));
    }

    [Fact]
    public async Task ServiceAccounts_Default_MayReadTheIssuersKeys() =>
        Assert.True(await MayPathAsync(UserInfo.Of("system:serviceaccount:ns:a", "system:serviceaccounts"), "/openid/v1/jwks")
            && await MayPathAsync(UserInfo.Of("system:serviceaccount:ns:a", "system:serviceaccounts"), "/.well-known/openid-configuration/"));

    [Fact]
    public async Task Nodes_Default_MayReadWhoCallsThem()
    {
        var node = UserInfo.Of("system:node:a", "system:nodes");

        Assert.True(await MayAsync(node, "get", "", "configmaps", "", "kube-system", "extension-apiserver-authentication"));
    }

    [Fact]
    public void Objects_All_HaveOneNameEachAndRolesThatExist()
    {
        var objects = BootstrapRbac.Objects();
        var keys = objects.Select(o => (o.Resource.Plural, o.Object.Header.Key)).ToHashSet();

        Assert.Equal(objects.Count, keys.Count);
        foreach (var binding in objects.Where(o => o.Resource == ClusterRoleBinding.Resource).Select(o => o.Object.As<ClusterRoleBinding>()))
            Assert.Contains(("clusterroles", binding.RoleRef.Name), keys);
        foreach (var binding in objects.Where(o => o.Resource == RoleBinding.Resource).Select(o => o.Object.As<RoleBinding>()))
            Assert.Contains(("roles", $"{binding.Metadata.Namespace}/{binding.RoleRef.Name}"), keys);
    }

    [Fact]
    public void Merge_RuleTakenAway_IsAddedAgainAndAdditionsStay()
    {
        var wanted = BootstrapRbac.Objects().Single(o => o.Name == "system:node" && o.Resource == ClusterRole.Resource);
        var role = wanted.Object.As<ClusterRole>();
        var own = new PolicyRule { Verbs = ["get"], ApiGroups = ["example.com"], Resources = ["things"] };
        var existing = role with { Rules = [.. role.Rules.Skip(1), own] };

        var merged = wanted.Merge(KubeObject.Of(existing))!.As<ClusterRole>();

        Assert.Contains(own, merged.Rules);
        Assert.Contains(role.Rules[0], merged.Rules);
        Assert.Null(wanted.Merge(KubeObject.Of(merged)));
    }

    [Fact]
    public void Merge_NodeBindingOfOldData_LosesTheNodesAndKeepsOthers()
    {
        var wanted = BootstrapRbac.Objects().Single(o => o.Resource == ClusterRoleBinding.Resource && o.Name == "system:node");
        var subject = new Subject { Kind = "Group", ApiGroup = "rbac.authorization.k8s.io", Name = "system:nodes" };
        var old = wanted.Object.As<ClusterRoleBinding>() with { Subjects = [subject, subject with { Name = "admins" }] };

        Assert.Equal("admins", Assert.Single(wanted.Merge(KubeObject.Of(old))!.As<ClusterRoleBinding>().Subjects).Name);
        Assert.Null(wanted.Merge(wanted.Object));
    }

    [Fact]
    public void Merge_AdministratorOptedOut_LeavesTheRole()
    {
        var wanted = BootstrapRbac.Objects().Single(o => o.Name == "system:node" && o.Resource == ClusterRole.Resource);
        var role = wanted.Object.As<ClusterRole>();
        var existing = role with { Rules = [], Metadata = role.Metadata with { Annotations = new Dictionary<string, string> { ["rbac.authorization.kubernetes.io/autoupdate"] = "false" } } };

        Assert.Null(wanted.Merge(KubeObject.Of(existing)));
    }

    public void Dispose() => _roles.Dispose();

    private async Task<bool> MayAsync(UserInfo user, string verb, string group, string resource, string subresource, string ns, string name = "a") =>
        (await _authorizer.AuthorizeAsync(new AuthorizationAttributes { User = user, Verb = verb, ApiGroup = group, Resource = resource, Subresource = subresource, Namespace = ns, Name = name }, CancellationToken.None)).Allowed;

    private async Task<bool> MayPathAsync(UserInfo user, string path) =>
        (await _authorizer.AuthorizeAsync(new AuthorizationAttributes { User = user, Verb = "get", Path = path, IsResourceRequest = false }, CancellationToken.None)).Allowed;
}
