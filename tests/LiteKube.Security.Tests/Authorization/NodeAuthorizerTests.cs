using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Security;
using LiteKube.Api.Storage.V1;
using LiteKube.Security.Authorization;
using LiteKube.Security.Authorization.Node;
using LiteKube.Security.Authorization.Rbac;
using LiteKube.Testing.Objects;

namespace LiteKube.Security.Tests.Authorization;

public sealed class NodeAuthorizerTests : IDisposable
{
    private readonly FakeObjects _objects = new();
    private readonly RbacAuthorizer _roles;
    private readonly ClusterAuthorizer _authorizer;

    public NodeAuthorizerTests()
    {
        _roles = new RbacAuthorizer(_objects);
        _authorizer = new ClusterAuthorizer(new NodeAuthorizer(new NodeReach(_objects)), _roles);
        _objects.Put(new Pod
        {
            Metadata = new ObjectMeta { Namespace = "ns", Name = "web" },
            Spec = new PodSpec
            {
                NodeName = "a",
                ServiceAccountName = "builder",
                ImagePullSecrets = [new LocalObjectReference { Name = "pull" }],
                Volumes =
                [
                    new Volume { Name = "s", Secret = new SecretVolumeSource { SecretName = "mounted" } },
                    new Volume { Name = "p", Projected = new ProjectedVolumeSource { Sources = [new VolumeProjection { ConfigMap = new ConfigMapProjection { Name = "kube-root-ca.crt" } }] } },
                    new Volume { Name = "c", PersistentVolumeClaim = new PersistentVolumeClaimVolumeSource { ClaimName = "data" } },
                    new Volume { Name = "scratch", Ephemeral = new EphemeralVolumeSource() },
                ],
                Containers = [new Container { Name = "c", Env = [new EnvVar { Name = "E", ValueFrom = new EnvVarSource { SecretKeyRef = new SecretKeySelector { Name = "env", Key = "k" } } }] }],
                InitContainers = [new Container { Name = "i", EnvFrom = [new EnvFromSource { ConfigMapRef = new ConfigMapEnvSource { Name = "settings" } }] }],
                ResourceClaims = [new PodResourceClaim { Name = "gpu", ResourceClaimName = "gpu" }],
            },
        });
        _objects.Put(new PersistentVolume
        {
            Metadata = new ObjectMeta { Name = "disk" },
            Spec = new PersistentVolumeSpec
            {
                ClaimRef = new ObjectReference { Namespace = "ns", Name = "data" },
                Csi = new CSIPersistentVolumeSource { Driver = "d", VolumeHandle = "h", NodeStageSecretRef = new SecretReference { Namespace = "storage", Name = "stage" } },
            },
        });
        _objects.Put(new VolumeAttachment { Metadata = new ObjectMeta { Name = "at" }, Spec = new VolumeAttachmentSpec { NodeName = "a", Attacher = "d" } });
    }

    [Theory]
    [InlineData("get", "", "secrets", "ns", "pull", true)]
    [InlineData("get", "", "secrets", "ns", "mounted", true)]
    [InlineData("watch", "", "secrets", "ns", "env", true)]
    [InlineData("get", "", "secrets", "ns", "other", false)]
    [InlineData("get", "", "secrets", "other", "pull", false)]
    [InlineData("update", "", "secrets", "ns", "pull", false)]
    [InlineData("list", "", "secrets", "ns", "", false)]
    [InlineData("get", "", "secrets", "storage", "stage", true)]
    [InlineData("list", "", "configmaps", "ns", "kube-root-ca.crt", true)]
    [InlineData("get", "", "configmaps", "ns", "settings", true)]
    [InlineData("get", "", "configmaps", "ns", "other", false)]
    [InlineData("get", "", "persistentvolumeclaims", "ns", "data", true)]
    [InlineData("get", "", "persistentvolumeclaims", "ns", "web-scratch", true)]
    [InlineData("list", "", "persistentvolumeclaims", "ns", "data", false)]
    [InlineData("get", "", "persistentvolumes", "", "disk", true)]
    [InlineData("get", "", "persistentvolumes", "", "other", false)]
    [InlineData("get", "storage.k8s.io", "volumeattachments", "", "at", true)]
    [InlineData("get", "resource.k8s.io", "resourceclaims", "ns", "gpu", true)]
    [InlineData("get", "", "pods", "ns", "web", true)]
    [InlineData("list", "", "pods", "ns", "", false)]
    [InlineData("update", "coordination.k8s.io", "leases", "kube-node-lease", "a", true)]
    [InlineData("update", "coordination.k8s.io", "leases", "kube-node-lease", "b", false)]
    [InlineData("update", "coordination.k8s.io", "leases", "ns", "a", false)]
    [InlineData("create", "coordination.k8s.io", "leases", "kube-node-lease", "", true)]
    [InlineData("patch", "storage.k8s.io", "csinodes", "", "a", true)]
    [InlineData("get", "", "nodes", "", "a", true)]
    [InlineData("get", "", "nodes", "", "b", false)]
    [InlineData("delete", "", "nodes", "", "a", false)]
    [InlineData("list", "", "services", "", "", true)]
    [InlineData("create", "", "events", "ns", "", true)]
    public async Task A_node_reads_what_its_pods_need(string verb, string group, string resource, string ns, string name, bool allowed)
    {
        var decision = await AskAsync("a", verb, group, resource, "", ns, name);

        Assert.Equal(allowed, decision.Allowed);
    }

    [Theory]
    [InlineData("secrets", "ns", "pull")]
    [InlineData("configmaps", "ns", "settings")]
    [InlineData("persistentvolumes", "", "disk")]
    public async Task Another_node_does_not(string resource, string ns, string name)
    {
        var decision = await AskAsync("b", "get", "", resource, "", ns, name);

        Assert.False(decision.Allowed);
        Assert.Equal("no relationship found between node 'b' and this object", decision.Reason);
    }

    [Theory]
    [InlineData("a", "builder", true)]
    [InlineData("a", "default", false)]
    [InlineData("b", "builder", false)]
    public async Task Tokens_are_had_for_the_accounts_of_own_pods_and_those_are_read(string node, string account, bool allowed)
    {
        Assert.Equal(allowed, (await AskAsync(node, "create", "", "serviceaccounts", "token", "ns", account)).Allowed);
        Assert.Equal(allowed, (await AskAsync(node, "get", "", "serviceaccounts", "", "ns", account)).Allowed);
        Assert.False((await AskAsync(node, "update", "", "serviceaccounts", "", "ns", account)).Allowed);
    }

    [Theory]
    [InlineData("spec.nodeName=a", true)]
    [InlineData("status.phase!=Failed,spec.nodeName==a", true)]
    [InlineData("spec.nodeName=b", false)]
    [InlineData("spec.nodeName!=a", false)]
    [InlineData("spec.nodeNameX=a", false)]
    public async Task Pods_are_listed_by_the_own_nodes_name(string selector, bool allowed) =>
        Assert.Equal(allowed, (await AskAsync("a", "watch", "", "pods", "", "", "", selector)).Allowed);

    [Fact]
    public async Task A_pod_that_goes_takes_its_secrets_along()
    {
        Assert.True((await AskAsync("a", "get", "", "secrets", "", "ns", "pull")).Allowed);

        _objects.Remove(Pod.Resource, "ns", "web");

        Assert.False((await AskAsync("a", "get", "", "secrets", "", "ns", "pull")).Allowed);
    }

    [Fact]
    public async Task A_mirror_pod_gives_its_node_nothing()
    {
        _objects.Put(new Pod
        {
            Metadata = new ObjectMeta { Namespace = "ns", Name = "mirror", Annotations = new Dictionary<string, string> { ["kubernetes.io/config.mirror"] = "x" } },
            Spec = new PodSpec { NodeName = "b", ImagePullSecrets = [new LocalObjectReference { Name = "pull" }] },
        });

        Assert.False((await AskAsync("b", "get", "", "secrets", "", "ns", "pull")).Allowed);
    }

    public void Dispose() => _roles.Dispose();

    private async Task<AuthorizationDecision> AskAsync(string node, string verb, string group, string resource, string subresource, string ns, string name, string? selector = null) =>
        await _authorizer.AuthorizeAsync(
            new AuthorizationAttributes
            {
                User = UserInfo.Of(UserInfo.NodePrefix + node, UserInfo.NodesGroup),
                Verb = verb, ApiGroup = group, Resource = resource, Subresource = subresource, Namespace = ns, Name = name, FieldSelector = selector,
            },
            CancellationToken.None);
}
