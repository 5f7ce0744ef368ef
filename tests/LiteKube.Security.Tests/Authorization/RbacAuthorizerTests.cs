using LiteKube.Api.Meta.V1;
using LiteKube.Api.Rbac.V1;
using LiteKube.Api.Security;
using LiteKube.Security.Authorization;
using LiteKube.Security.Authorization.Rbac;
using LiteKube.Testing.Objects;

namespace LiteKube.Security.Tests.Authorization;

public sealed class RbacAuthorizerTests : IDisposable
{
    private readonly FakeObjects _objects = new();
    private readonly RbacAuthorizer _authorizer;

    public RbacAuthorizerTests() => _authorizer = new RbacAuthorizer(_objects);

    [Theory]
    // verbs, groups, resources, names of the rule; verb, group, resource, sub-resource, name asked
    [InlineData("get", "", "pods", "", "get", "", "pods", "", "a", true)]
    [InlineData("get", "", "pods", "", "list", "", "pods", "", "", false)]
    [InlineData("*", "", "pods", "", "deletecollection", "", "pods", "", "", true)]
    [InlineData("get", "", "pods", "", "get", "", "pods", "log", "a", false)]
    [InlineData("get", "", "pods/log", "", "get", "", "pods", "log", "a", true)]
    [InlineData("get", "", "pods/log", "", "get", "", "pods", "", "a", false)]
    [InlineData("get", "", "pods/*", "", "get", "", "pods", "log", "a", false)]
    [InlineData("get", "", "*", "", "get", "", "pods", "log", "a", true)]
    [InlineData("update", "*", "*/scale", "", "update", "apps", "deployments", "scale", "a", true)]
    [InlineData("update", "*", "*/scale", "", "update", "apps", "deployments", "status", "a", false)]
    [InlineData("update", "*", "*/scale", "", "update", "apps", "deployments", "", "a", false)]
    [InlineData("get", "apps", "deployments", "", "get", "", "deployments", "", "a", false)]
    [InlineData("get", "*", "deployments", "", "get", "apps", "deployments", "", "a", true)]
    [InlineData("get", "", "configmaps", "one,two", "get", "", "configmaps", "", "two", true)]
    [InlineData("get", "", "configmaps", "one,two", "get", "", "configmaps", "", "three", false)]
    [InlineData("list", "", "configmaps", "one", "list", "", "configmaps", "", "", false)]
    [InlineData("get", "", "configmaps", "*", "get", "", "configmaps", "", "one", false)]
    public async Task Authorize_ResourceRule_AllowsWhatItSays(string verbs, string groups, string resources, string names, string verb, string group, string resource, string subresource, string name, bool allowed)
    {
        Grant("alice", new PolicyRule { Verbs = Split(verbs), ApiGroups = groups.Split(','), Resources = Split(resources), ResourceNames = Split(names) });

        var decision = await AskAsync(new AuthorizationAttributes { User = new UserInfo("alice"), Verb = verb, ApiGroup = group, Resource = resource, Subresource = subresource, Name = name, Namespace = "ns" });

        Assert.Equal(allowed, decision.Allowed);
    }

    [Theory]
    [InlineData("/healthz", "/healthz", true)]
    [InlineData("/healthz", "/healthz/etcd", false)]
    [InlineData("/healthz/*", "/healthz/etcd", true)]
    [InlineData("/healthz/*", "/healthz", false)]
    [InlineData("/apis/*", "/apis/apps/v1", true)]
    [InlineData("*", "/anything", true)]
    [InlineData("/a*c", "/abc", false)]
    public async Task Authorize_Path_FollowsTheFinalStar(string pattern, string path, bool allowed)
    {
        Grant("alice", new PolicyRule { Verbs = ["get"], NonResourceURLs = [pattern] });

        var decision = await AskAsync(new AuthorizationAttributes { User = new UserInfo("alice"), Verb = "get", Path = path, IsResourceRequest = false });

        Assert.Equal(allowed, decision.Allowed);
    }

    [Fact]
    public async Task Authorize_RoleBinding_HoldsInItsNamespaceOnly()
    {
        _objects.Put(Role("ns", "reader", "get", "pods"));
        _objects.Put(Binding("ns", "b", "Role", "reader", new Subject { Kind = "User", Name = "alice" }));

        Assert.True((await AskAsync(Get("alice", "ns", "pods"))).Allowed);
        Assert.False((await AskAsync(Get("alice", "other", "pods"))).Allowed);
        Assert.False((await AskAsync(Get("alice", "", "pods"))).Allowed);
    }

    [Fact]
    public async Task Authorize_RoleBindingToClusterRole_HoldsInItsNamespaceOnly()
    {
        _objects.Put(ClusterRole("reader", "get", "pods"));
        _objects.Put(Binding("ns", "b", "ClusterRole", "reader", new Subject { Kind = "Group", Name = "readers" }));

        Assert.True((await AskAsync(Get("alice", "ns", "pods", "readers"))).Allowed);
        Assert.False((await AskAsync(Get("alice", "other", "pods", "readers"))).Allowed);
        Assert.False((await AskAsync(Get("readers", "ns", "pods"))).Allowed);
    }

    [Fact]
    public async Task Authorize_ServiceAccountWithoutNamespace_IsOfTheBindings()
    {
        _objects.Put(Role("ns", "reader", "get", "pods"));
        _objects.Put(Binding("ns", "b", "Role", "reader", new Subject { Kind = "ServiceAccount", Name = "builder" }));

        Assert.True((await AskAsync(Get("system:serviceaccount:ns:builder", "ns", "pods"))).Allowed);
        Assert.False((await AskAsync(Get("system:serviceaccount:other:builder", "ns", "pods"))).Allowed);
    }

    [Fact]
    public async Task Authorize_Masters_MayAlways() =>
        Assert.True((await AskAsync(Get("anyone", "ns", "secrets", "system:masters"))).Allowed);

    [Fact]
    public async Task Authorize_MissingRole_SaysSo()
    {
        _objects.Put(Binding("ns", "b", "Role", "gone", new Subject { Kind = "User", Name = "alice" }));

        var decision = await AskAsync(Get("alice", "ns", "pods"));

        Assert.False(decision.Allowed);
        Assert.Equal("RBAC: role.rbac.authorization.k8s.io \"gone\" not found", decision.Reason);
    }

    [Fact]
    public async Task Authorize_AfterEachChange_FollowsAtOnce()
    {
        Assert.False((await AskAsync(Get("alice", "ns", "pods"))).Allowed);
        _objects.Put(Role("ns", "reader", "get", "pods"));
        _objects.Put(Binding("ns", "b", "Role", "reader", new Subject { Kind = "User", Name = "alice" }));
        Assert.True((await AskAsync(Get("alice", "ns", "pods"))).Allowed);
        _objects.Put(Role("ns", "reader", "list", "pods"));
        Assert.False((await AskAsync(Get("alice", "ns", "pods"))).Allowed);
        _objects.Put(Role("ns", "reader", "get", "pods"));
        _objects.Remove(RoleBinding.Resource, "ns", "b");
        Assert.False((await AskAsync(Get("alice", "ns", "pods"))).Allowed);
    }

    [Fact]
    public async Task Authorize_NothingChanged_ReadsNoCollection()
    {
        Grant("alice", new PolicyRule { Verbs = ["get"], ApiGroups = [""], Resources = ["pods"] });
        await AskAsync(Get("alice", "ns", "pods"));
        var lists = _objects.Lists;

        for (var i = 0; i < 100; i++)
            await AskAsync(Get("alice", "ns", "pods"));

        Assert.Equal(lists, _objects.Lists);
    }

    [Fact]
    public async Task Authorize_AggregatedRole_IsWhatItsLabelsGather()
    {
        _objects.Put(new ClusterRole { Metadata = new ObjectMeta { Name = "outer" }, AggregationRule = Gathers("outer"), Rules = [Rule("get", "stale")] });
        _objects.Put(new ClusterRole { Metadata = Labelled("inner", "outer"), AggregationRule = Gathers("inner") });
        _objects.Put(new ClusterRole { Metadata = Labelled("part", "inner"), Rules = [Rule("get", "pods")] });
        _objects.Put(Binding("ns", "b", "ClusterRole", "outer", new Subject { Kind = "User", Name = "alice" }));

        Assert.True((await AskAsync(Get("alice", "ns", "pods"))).Allowed);
        Assert.False((await AskAsync(Get("alice", "ns", "stale"))).Allowed);

        _objects.Put(new ClusterRole { Metadata = Labelled("later", "inner"), Rules = [Rule("get", "secrets")] });
        Assert.True((await AskAsync(Get("alice", "ns", "secrets"))).Allowed);
    }

    [Fact]
    public async Task Authorize_RolesThatGatherEachOther_EndsAndGathersBoth()
    {
        _objects.Put(new ClusterRole { Metadata = Labelled("a", "b"), AggregationRule = Gathers("a") });
        _objects.Put(new ClusterRole { Metadata = Labelled("b", "a"), AggregationRule = Gathers("b") });
        _objects.Put(new ClusterRole { Metadata = Labelled("part", "a"), Rules = [Rule("get", "pods")] });
        _objects.Put(Binding("ns", "b", "ClusterRole", "b", new Subject { Kind = "User", Name = "alice" }));

        Assert.True((await AskAsync(Get("alice", "ns", "pods"))).Allowed);
    }

    [Fact]
    public async Task RulesFor_User_ListsClusterAndNamespaceRules()
    {
        Grant("alice", new PolicyRule { Verbs = ["get"], NonResourceURLs = ["/metrics"] });
        _objects.Put(Role("ns", "reader", "get", "pods"));
        _objects.Put(Binding("ns", "b", "Role", "reader", new Subject { Kind = "User", Name = "alice" }));
        _objects.Put(Binding("ns", "broken", "Role", "gone", new Subject { Kind = "User", Name = "alice" }));

        var rules = await _authorizer.RulesForAsync(new UserInfo("alice"), "ns", CancellationToken.None);

        Assert.Equal(["pods"], Assert.Single(rules.ResourceRules).Resources);
        Assert.Equal(["/metrics"], Assert.Single(rules.NonResourceRules).NonResourceURLs);
        Assert.True(rules.Incomplete);
        Assert.Contains("gone", rules.EvaluationError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list", "", "pods", "", "default", "", "pods is forbidden: User \"x\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"")]
    [InlineData("get", "", "pods", "log", "default", "a", "pods \"a\" is forbidden: User \"x\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"default\"")]
    [InlineData("delete", "apps", "deployments", "", "", "d", "deployments.apps \"d\" is forbidden: User \"x\" cannot delete resource \"deployments\" in API group \"apps\" at the cluster scope")]
    public void Forbidden_ResourceRequest_SpeaksAsKubernetes(string verb, string group, string resource, string subresource, string ns, string name, string message)
    {
        var request = new AuthorizationAttributes { User = new UserInfo("x"), Verb = verb, ApiGroup = group, Resource = resource, Subresource = subresource, Namespace = ns, Name = name };

        Assert.Equal(message, ForbiddenStatus.For(request, "").Message);
        Assert.Equal(message + ": why", ForbiddenStatus.For(request, "why").Message);
    }

    [Fact]
    public void Forbidden_Path_SpeaksAsKubernetes() =>
        Assert.Equal("forbidden: User \"x\" cannot get path \"/metrics\"", ForbiddenStatus.For(new AuthorizationAttributes { User = new UserInfo("x"), Verb = "get", Path = "/metrics", IsResourceRequest = false }, "").Message);

    public void Dispose() => _authorizer.Dispose();

    private ValueTask<AuthorizationDecision> AskAsync(AuthorizationAttributes attributes) => _authorizer.AuthorizeAsync(attributes, CancellationToken.None);

    private void Grant(string user, PolicyRule rule)
    {
        _objects.Put(new ClusterRole { Metadata = new ObjectMeta { Name = "granted" }, Rules = [rule] });
        _objects.Put(new ClusterRoleBinding { Metadata = new ObjectMeta { Name = "granted" }, RoleRef = new RoleRef { Kind = "ClusterRole", Name = "granted" }, Subjects = [new Subject { Kind = "User", Name = user }] });
    }

    private static string[] Split(string values) => values.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static AuthorizationAttributes Get(string user, string ns, string resource, params string[] groups) =>
        new() { User = new UserInfo(user) { Groups = groups }, Verb = "get", Resource = resource, Namespace = ns, Name = "a" };

    private static PolicyRule Rule(string verb, string resource) => new() { Verbs = [verb], ApiGroups = [""], Resources = [resource] };

    private static Role Role(string ns, string name, string verb, string resource) => new() { Metadata = new ObjectMeta { Namespace = ns, Name = name }, Rules = [Rule(verb, resource)] };

    private static ClusterRole ClusterRole(string name, string verb, string resource) => new() { Metadata = new ObjectMeta { Name = name }, Rules = [Rule(verb, resource)] };

    private static RoleBinding Binding(string ns, string name, string kind, string role, Subject subject) =>
        new() { Metadata = new ObjectMeta { Namespace = ns, Name = name }, RoleRef = new RoleRef { Kind = kind, Name = role }, Subjects = [subject] };

    private static ObjectMeta Labelled(string name, string label) => new() { Name = name, Labels = new Dictionary<string, string> { [label] = "true" } };

    private static AggregationRule Gathers(string label) => new() { ClusterRoleSelectors = [new LabelSelector { MatchLabels = new Dictionary<string, string> { [label] = "true" } }] };
}
