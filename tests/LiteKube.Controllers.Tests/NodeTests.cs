using LiteKube.Api;
using LiteKube.Api.Coordination.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Controllers.Nodes;
using LiteKube.Testing;
using static LiteKube.Controllers.Tests.ControllerCluster;

namespace LiteKube.Controllers.Tests;

using Node = LiteKube.Api.Core.V1.Node;



public sealed class NodeTests
{
    [Fact]
    public async Task Each_node_gets_a_network_of_its_own_and_keeps_it()
    {
        await using var cluster = await StartAsync(api => api.Add(NodeOf("old") with { Spec = new NodeSpec { PodCIDR = "10.42.0.0/24", PodCIDRs = ["10.42.0.0/24"] } }));
        cluster.Api.Add(NodeOf("a"));
        var a = await cluster.UntilAsync<Node>(null, "a", n => n.Spec.PodCIDR is not null, "a has one");
        cluster.Api.Add(NodeOf("b"));
        var b = await cluster.UntilAsync<Node>(null, "b", n => n.Spec.PodCIDR is not null, "b has one");

        Assert.Equal(("10.42.1.0/24", "10.42.2.0/24"), (a.Spec.PodCIDR, b.Spec.PodCIDR));
        Assert.Equal(["10.42.1.0/24"], a.Spec.PodCIDRs);
        cluster.Api.Delete<Node>(null, "a");
        // Whichever node comes first after the end of a was heard of.
        Node next;
        var nodes = 0;
        do
        {
            var name = $"c{nodes++}";
            cluster.Api.Add(NodeOf(name));
            next = await cluster.UntilAsync<Node>(null, name, n => n.Spec.PodCIDR is not null, $"{name} has one");
            Assert.True(nodes < 200, "a's network is given to nobody");
        }
        while (next.Spec.PodCIDR != "10.42.1.0/24");
    }

    [Fact]
    public async Task Only_the_node_of_the_server_has_the_role_of_the_control_plane()
    {
        await using var cluster = await StartAsync(options: o => o with { ControlPlaneNode = "a" });
        cluster.Api.Add(NodeOf("a"));
        cluster.Api.Add(NodeOf("b"));

        await cluster.UntilAsync<Node>(null, "a", n => n.Metadata.Labels.GetValueOrDefault("node-role.kubernetes.io/control-plane") == "true", "a has the role");
        await cluster.UntilAsync<Node>(null, "b", n => n.Spec.PodCIDR is not null, "b was seen");
        Assert.DoesNotContain(cluster.Api.Find<Node>(null, "b")!.Metadata.Labels.Keys, key => key.StartsWith("node-role", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pool_that_is_used_up_says_so()
    {
        var pool = new NodeCidrPool("10.42.0.0/23", 24);
        Assert.Equal("10.42.0.0/24", pool.TakeNext());
        Assert.Equal("10.42.1.0/24", pool.TakeNext());
        Assert.Null(pool.TakeNext());
        pool.Release("10.42.0.0/24");
        Assert.False(pool.Take("10.43.0.0/24"));
        Assert.True(pool.Take("10.42.0.0/24"));
    }

    [Fact]
    public async Task A_silent_node_becomes_unknown_is_tainted_and_its_pods_unready()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Ready("a", cluster));
        var pod = cluster.Api.Add(PodOn("a", "web"));
        cluster.MakeReady(pod);
        await cluster.SettleAsync();

        cluster.Time.Advance(TimeSpan.FromSeconds(41));

        var node = await cluster.UntilAsync<Node>(null, "a", n => n.Spec.Taints.Count == 2, "tainted");
        Assert.Contains(node.Status.Conditions, c => c is { Type: "Ready", Status: "Unknown", Reason: "NodeStatusUnknown", Message: "Kubelet stopped posting node status." });
        Assert.Equal(["NoExecute", "NoSchedule"], node.Spec.Taints.Where(t => t.Key == "node.kubernetes.io/unreachable").Select(t => t.Effect).Order());
        await cluster.UntilAsync<Pod>(Default, "web", p => p.Status.Conditions.Any(c => c is { Type: "Ready", Status: "False" }), "the pod is not ready");
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public async Task Silence_is_measured_whatever_the_clock_is_set_to(int hours)
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Ready("a", cluster));
        await cluster.SettleAsync();

        cluster.Time.Set(TimeSpan.FromHours(hours));
        cluster.Time.Advance(TimeSpan.FromSeconds(20));
        cluster.Api.Change<Node>(null, "a", n => n with { Spec = n.Spec with { ProviderID = "box://a" } }); // has it looked at
        await cluster.SettleAsync();
        Assert.Empty(cluster.Api.Find<Node>(null, "a")!.Spec.Taints);

        cluster.Time.Advance(TimeSpan.FromSeconds(21));
        await cluster.UntilAsync<Node>(null, "a", n => n.Spec.Taints.Count == 2, "tainted");
    }

    [Fact]
    public async Task A_node_that_renews_its_lease_stays_and_one_that_comes_back_is_clean()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Ready("a", cluster));
        cluster.Api.Add(new Lease { Metadata = new ObjectMeta { Namespace = "kube-node-lease", Name = "a" }, Spec = new LeaseSpec { RenewTime = cluster.Time.GetUtcNow() } });
        var leases = cluster.Service<InformerFactory>().Of<Lease>(new InformerFilter("kube-node-lease"));
        for (var i = 0; i < 5; i++)
        {
            await cluster.SettleAsync();
            cluster.Time.Advance(TimeSpan.FromSeconds(30));
            var renewed = cluster.Api.Change<Lease>("kube-node-lease", "a", l => l with { Spec = l.Spec with { RenewTime = cluster.Time.GetUtcNow() } });
            await cluster.UntilAsync(() => leases.Get("kube-node-lease", "a")?.Spec.RenewTime == renewed.Spec.RenewTime, "the controllers have heard of it");
        }

        await cluster.SettleAsync();
        Assert.Empty(cluster.Api.Find<Node>(null, "a")!.Spec.Taints);
        cluster.Time.Advance(TimeSpan.FromSeconds(41));
        await cluster.UntilAsync<Node>(null, "a", n => n.Spec.Taints.Count == 2, "tainted when the lease stops");

        cluster.Api.Change<Node>(null, "a", n => n with { Status = Ready("a", cluster).Status });

        await cluster.UntilAsync<Node>(null, "a", n => n.Spec.Taints.Count == 0, "clean");
    }

    [Fact]
    public async Task Pods_are_evicted_when_their_toleration_ends()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Ready("a", cluster));
        cluster.Api.Add(PodOn("a", "soon", new Toleration { Key = "node.kubernetes.io/unreachable", Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 300 }));
        cluster.Api.Add(PodOn("a", "never", new Toleration { Operator = "Exists" }));
        cluster.Api.Add(PodOn("a", "at-once"));
        await cluster.SettleAsync();
        cluster.Time.Advance(TimeSpan.FromSeconds(41));
        await cluster.UntilAsync(() => IsDeleted(cluster, "at-once"), "the one without toleration goes");
        await cluster.SettleAsync();
        Assert.False(IsDeleted(cluster, "soon"));

        await cluster.UntilAsync(
            () =>
            {
                // In steps, since the controller sets its clock at a time of its own.
                cluster.Time.Advance(TimeSpan.FromSeconds(30));
                return IsDeleted(cluster, "soon");
            },
            "the other goes later");
        Assert.Contains(cluster.Api.Find<Pod>(Default, "soon")!.Status.Conditions, c => c is { Type: "DisruptionTarget", Reason: "DeletionByTaintManager" });
        await cluster.SettleAsync();
        Assert.False(IsDeleted(cluster, "never"));
    }

    [Fact]
    public async Task A_node_that_comes_back_in_time_loses_no_pods()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Ready("a", cluster));
        cluster.Api.Add(PodOn("a", "web", new Toleration { Key = "node.kubernetes.io/unreachable", Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 300 }));
        await cluster.SettleAsync();
        cluster.Time.Advance(TimeSpan.FromSeconds(41));
        await cluster.UntilAsync<Node>(null, "a", n => n.Spec.Taints.Count == 2, "tainted");
        cluster.Time.Advance(TimeSpan.FromSeconds(200));
        cluster.Api.Change<Node>(null, "a", n => n with { Status = Ready("a", cluster).Status });
        await cluster.UntilAsync<Node>(null, "a", n => n.Spec.Taints.Count == 0, "clean");
        cluster.Api.Add(new Lease { Metadata = new ObjectMeta { Namespace = "kube-node-lease", Name = "a" }, Spec = new LeaseSpec { RenewTime = cluster.Time.GetUtcNow() } });

        cluster.Time.Advance(TimeSpan.FromSeconds(30));
        cluster.Time.Advance(TimeSpan.FromSeconds(9));
        await cluster.SettleAsync();

        Assert.False(IsDeleted(cluster, "web"));
    }

    [Fact]
    public async Task A_cordoned_node_is_tainted_and_cleaned_again()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Ready("a", cluster) with { Spec = new NodeSpec { Taints = [new Taint { Key = "mine", Effect = "NoSchedule" }] } });

        cluster.Api.Change<Node>(null, "a", n => n with { Spec = n.Spec with { Unschedulable = true } });
        await cluster.UntilAsync<Node>(null, "a", n => n.Spec.Taints.Any(t => t.Key == "node.kubernetes.io/unschedulable"), "tainted");
        cluster.Api.Change<Node>(null, "a", n => n with { Spec = n.Spec with { Unschedulable = null } });

        var node = await cluster.UntilAsync<Node>(null, "a", n => n.Spec.Taints.Count == 1, "clean");
        Assert.Equal("mine", node.Spec.Taints[0].Key);
    }

    [Fact]
    public async Task Pods_of_a_node_that_is_gone_are_removed_for_good()
    {
        await using var cluster = await StartAsync(options: o => o with { MissingNodeGracePeriod = TimeSpan.FromSeconds(40) });
        cluster.Api.Add(Ready("a", cluster));
        cluster.Api.Add(PodOn("a", "web"));
        await cluster.SettleAsync();

        cluster.Api.Delete<Node>(null, "a");
        await cluster.SettleAsync();
        Assert.NotNull(cluster.Api.Find<Pod>(Default, "web"));
        cluster.Time.Advance(TimeSpan.FromSeconds(41));

        await cluster.UntilAsync(() => cluster.Api.Find<Pod>(Default, "web") is null, "gone");
    }

    [Fact]
    public async Task The_oldest_finished_pods_beyond_the_limit_are_removed()
    {
        await using var cluster = await StartAsync(
            api =>
            {
                api.Add(NodeOf("a"));
                for (var i = 0; i < 3; i++)
                    api.Add(PodOn("a", $"done{i}") with { Status = new PodStatus { Phase = "Succeeded" } });
            },
            o => o with { TerminatedPodThreshold = 2 });

        await cluster.UntilAsync(() => cluster.Pods().Count == 2, "two are left");
    }

    private static bool IsDeleted(FakeCluster cluster, string name) => cluster.Api.Find<Pod>(Default, name) is null or { Metadata.DeletionTimestamp: not null };

    private static Node NodeOf(string name) => new() { Metadata = new ObjectMeta { Name = name } };

    private static Node Ready(string name, FakeCluster cluster) => NodeOf(name) with
    {
        Status = new NodeStatus { Conditions = [new NodeCondition { Type = "Ready", Status = "True", Reason = "KubeletReady", LastHeartbeatTime = cluster.Time.GetUtcNow() }] },
    };

    private static Pod PodOn(string node, string name, params Toleration[] tolerations) => new()
    {
        Metadata = new ObjectMeta { Namespace = Default, Name = name },
        Spec = new PodSpec { NodeName = node, Tolerations = tolerations, Containers = [new Container { Name = "c", Image = "x:1" }] },
    };
}
