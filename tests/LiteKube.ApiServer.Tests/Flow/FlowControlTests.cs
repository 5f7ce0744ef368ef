using LiteKube.Api.Flowcontrol.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Flow;
using LiteKube.Testing.Objects;

namespace LiteKube.ApiServer.Tests.Flow;

public sealed class FlowControlTests : IDisposable
{
    private readonly FakeObjects _objects = new();
    private readonly FlowControl _flows;

    public FlowControlTests()
    {
        foreach (var one in FlowObjects.All)
            _objects.Put(one.Resource, one.Object);
        _flows = new FlowControl(_objects, new ApiServerOptions(), TimeProvider.System);
    }

    [Theory]
    [InlineData("admin", "system:masters", "list", "", "pods", "", "ns", "exempt")]
    [InlineData("system:node:a", "system:nodes", "patch", "", "nodes", "status", "", "system-node-high")]
    [InlineData("system:node:a", "system:nodes", "update", "coordination.k8s.io", "leases", "", "kube-node-lease", "system-node-high")]
    [InlineData("system:node:a", "system:nodes", "get", "", "secrets", "", "ns", "system-nodes")]
    [InlineData("system:kube-controller-manager", "", "update", "coordination.k8s.io", "leases", "", "kube-system", "system-leader-election")]
    [InlineData("system:kube-controller-manager", "", "create", "", "endpoints", "", "ns", "endpoint-controller")]
    [InlineData("system:kube-controller-manager", "", "create", "", "pods", "", "ns", "kube-controller-manager")]
    [InlineData("system:kube-scheduler", "", "create", "", "pods", "binding", "ns", "kube-scheduler")]
    [InlineData("system:serviceaccount:kube-system:coredns", "system:serviceaccounts", "watch", "", "services", "", "", "kube-system-service-accounts")]
    [InlineData("system:serviceaccount:ns:app", "system:serviceaccounts", "list", "", "pods", "", "ns", "service-accounts")]
    [InlineData("alice", "", "list", "", "pods", "", "ns", "global-default")]
    public async Task Each_request_has_its_schema(string user, string group, string verb, string apiGroup, string resource, string subresource, string ns, string schema)
    {
        var info = group.Length > 0 ? UserInfo.Of(user, group) : UserInfo.Of(user);

        Assert.Equal(schema, (await _flows.ClassifyAsync(new FlowRequest(info, verb, apiGroup, resource, subresource, ns, null), CancellationToken.None)).Name);
    }

    [Theory]
    [InlineData("/readyz", "probes")]
    [InlineData("/metrics", "global-default")]
    public async Task Probes_wait_for_nobody(string path, string schema) =>
        Assert.Equal(schema, (await _flows.ClassifyAsync(new FlowRequest(UserInfo.Anonymous, "get", "", "", "", "", path), CancellationToken.None)).Name);

    [Fact]
    public async Task Shares_make_seats()
    {
        await ClassifyAsync("alice");

        var seats = _flows.Levels.ToDictionary(l => l.Name, l => l.Limits.Nominal);
        // 600 seats by 245 shares, rounded up.
        Assert.Equal(245, seats["workload-low"]);
        Assert.Equal(98, seats["workload-high"]);
        Assert.Equal(13, seats["catch-all"]);
        Assert.True(_flows.Levels.Single(l => l.Name == "exempt").Limits.IsExempt);
    }

    [Fact]
    public async Task A_schema_takes_effect_with_the_next_request_and_its_levels_seats_live_on()
    {
        var before = (await ClassifyAsync("alice")).Level;
        Assert.True(before.TryEnter());

        _objects.Put(new FlowSchema
        {
            Metadata = new ObjectMeta { Name = "alices" },
            Spec = new FlowSchemaSpec
            {
                MatchingPrecedence = 5,
                PriorityLevelConfiguration = new PriorityLevelConfigurationReference { Name = "global-default" },
                Rules = [new PolicyRulesWithSubjects
                {
                    Subjects = [new Subject { Kind = "User", User = new UserSubject { Name = "alice" } }],
                    ResourceRules = [new ResourcePolicyRule { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"], Namespaces = ["*"] }],
                }],
            },
        });

        var after = await ClassifyAsync("alice");
        Assert.Equal("alices", after.Name);
        Assert.Same(before, after.Level);
        Assert.Equal(1, after.Level.Executing);
        Assert.Equal("global-default", (await ClassifyAsync("bob")).Name);
    }

    [Fact]
    public async Task What_must_be_there_holds_also_where_it_was_deleted()
    {
        foreach (var one in FlowObjects.All)
            _objects.Remove(one.Resource, null, one.Name);

        Assert.Equal("catch-all", (await ClassifyAsync("alice")).Name);
    }

    [Fact]
    public void Defaults_are_kept_unless_somebody_took_them_over()
    {
        var wanted = FlowObjects.All.Single(o => o.Name == "service-accounts");
        var schema = wanted.Object.As<FlowSchema>();
        var changed = schema with { Spec = schema.Spec with { MatchingPrecedence = 1 } };
        Assert.Equal(9000, wanted.Merge(Api.KubeObject.Of(changed))!.As<FlowSchema>().Spec.MatchingPrecedence);
        Assert.Null(wanted.Merge(Api.KubeObject.Of(schema)));

        var taken = changed with { Metadata = changed.Metadata with { Annotations = new Dictionary<string, string> { [FlowDefaults.AutoUpdate] = "false" } } };
        Assert.Null(wanted.Merge(Api.KubeObject.Of(taken)));
    }

    public void Dispose() => _flows.Dispose();

    private ValueTask<FlowRule> ClassifyAsync(string user) => _flows.ClassifyAsync(new FlowRequest(UserInfo.Of(user), "list", "", "pods", "", "ns", null), CancellationToken.None);
}
