using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Api.Scheduling.V1;
using LiteKube.Testing;

namespace LiteKube.Scheduler.Tests;

using Node = LiteKube.Api.Core.V1.Node;

public sealed class SchedulingTests
{
    [Fact]
    public async Task A_pod_is_bound_to_the_only_node_and_an_event_says_so()
    {
        await using var cluster = await StartAsync(api => api.Add(NodeOf("a")));
        cluster.Api.Add(PodOf("web"));

        var pod = await BoundAsync(cluster, "web");

        Assert.Equal("a", pod.Spec.NodeName);
        await EventAsync(cluster, "Scheduled", "Normal", "Successfully assigned default/web to a");
    }

    [Fact]
    public async Task Without_nodes_a_pod_waits_and_is_bound_when_one_comes()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(PodOf("web"));
        var waiting = await UnschedulableAsync(cluster, "web");
        Assert.Equal("no nodes available to schedule pods", waiting.Message);

        cluster.Api.Add(NodeOf("a"));

        Assert.Equal("a", (await BoundAsync(cluster, "web")).Spec.NodeName);
    }

    [Fact]
    public async Task The_message_counts_nodes_by_reason()
    {
        await using var cluster = await StartAsync(api =>
        {
            api.Add(NodeOf("a", cpu: "1"));
            api.Add(NodeOf("b", cpu: "8") with { Spec = new NodeSpec { Taints = [new Taint { Key = "dedicated", Value = "db", Effect = "NoSchedule" }] } });
        });
        cluster.Api.Add(PodOf("web", cpu: "2"));

        var condition = await UnschedulableAsync(cluster, "web");

        Assert.Equal("Unschedulable", condition.Reason);
        Assert.StartsWith("0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {dedicated: db}. preemption: 0/2 nodes are available: ", condition.Message);
        await EventAsync(cluster, "FailedScheduling", "Warning", condition.Message!);
    }

    [Fact]
    public async Task A_pod_that_lacked_room_is_bound_when_another_goes()
    {
        await using var cluster = await StartAsync(api => api.Add(NodeOf("a", cpu: "1")));
        cluster.Api.Add(PodOf("first", cpu: "700m"));
        await BoundAsync(cluster, "first");
        cluster.Api.Add(PodOf("second", cpu: "700m"));
        await UnschedulableAsync(cluster, "second");

        cluster.Api.Delete<Pod>("default", "first", new DeleteOptions { GracePeriodSeconds = 0 });

        await BoundAsync(cluster, "second");
    }

    [Fact]
    public async Task Pods_created_at_once_do_not_take_the_same_room()
    {
        await using var cluster = await StartAsync(api =>
        {
            api.Add(NodeOf("a", cpu: "1"));
            api.Add(NodeOf("b", cpu: "1"));
        });
        for (var i = 0; i < 3; i++)
            cluster.Api.Add(PodOf($"p{i}", cpu: "600m"));

        await cluster.UntilAsync(() => cluster.Api.All<Pod>().Count(p => !string.IsNullOrEmpty(p.Spec.NodeName)) == 2, "two pods are bound");
        await cluster.SettleAsync();

        var nodes = cluster.Api.All<Pod>().Select(p => p.Spec.NodeName).OfType<string>().Where(n => n.Length > 0).Order();
        Assert.Equal(["a", "b"], nodes);
    }

    [Fact]
    public async Task Replicas_of_one_owner_spread_over_equal_nodes()
    {
        await using var cluster = await StartAsync(api =>
        {
            api.Add(NodeOf("a"));
            api.Add(NodeOf("b"));
        });
        var owner = new OwnerReference { ApiVersion = "apps/v1", Kind = "ReplicaSet", Name = "web", Uid = "rs", Controller = true };
        for (var i = 0; i < 6; i++)
            cluster.Api.Add(PodOf($"p{i}") with { Metadata = new ObjectMeta { Namespace = "default", Name = $"p{i}", OwnerReferences = [owner] } });

        await cluster.UntilAsync(() => cluster.Api.All<Pod>().All(p => !string.IsNullOrEmpty(p.Spec.NodeName)), "all are bound");

        Assert.Equal(3, cluster.Api.All<Pod>().Count(p => p.Spec.NodeName == "a"));
    }

    [Fact]
    public async Task Node_selector_and_matchFields_decide()
    {
        await using var cluster = await StartAsync(api =>
        {
            api.Add(NodeOf("a"));
            api.Add(NodeOf("b", labels: new() { ["disk"] = "ssd" }));
        });
        cluster.Api.Add(PodOf("selected") with { Spec = Spec() with { NodeSelector = new Dictionary<string, string> { ["disk"] = "ssd" } } });
        var term = new NodeSelectorTerm { MatchFields = [new NodeSelectorRequirement { Key = "metadata.name", Operator = "In", Values = ["a"] }] };
        cluster.Api.Add(PodOf("named") with { Spec = Spec() with { Affinity = new Affinity { NodeAffinity = new NodeAffinity { RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelector { NodeSelectorTerms = [term] } } } } });

        Assert.Equal("b", (await BoundAsync(cluster, "selected")).Spec.NodeName);
        Assert.Equal("a", (await BoundAsync(cluster, "named")).Spec.NodeName);
    }

    [Fact]
    public async Task A_pod_whose_selector_no_node_has_is_bound_when_a_node_gets_the_label()
    {
        await using var cluster = await StartAsync(api => api.Add(NodeOf("a")));
        cluster.Api.Add(PodOf("web") with { Spec = Spec() with { NodeSelector = new Dictionary<string, string> { ["disk"] = "ssd" } } });
        Assert.Contains("1 node(s) didn't match Pod's node affinity/selector", (await UnschedulableAsync(cluster, "web")).Message);

        cluster.Api.Change<Node>(null, "a", n => n with { Metadata = n.Metadata with { Labels = new Dictionary<string, string> { ["disk"] = "ssd" } } });

        await BoundAsync(cluster, "web");
    }

    [Theory]
    [InlineData("127.0.0.1", "TCP", true)]
    [InlineData("127.0.0.1", "UDP", false)]
    [InlineData("0.0.0.0", "TCP", true)]
    public async Task A_host_port_that_is_taken_keeps_a_pod_from_the_node(string ip, string protocol, bool conflicts)
    {
        await using var cluster = await StartAsync(api => api.Add(NodeOf("a")));
        cluster.Api.Add(PodOf("first") with { Spec = WithPort("0.0.0.0", "TCP") });
        await BoundAsync(cluster, "first");

        cluster.Api.Add(PodOf("second") with { Spec = WithPort(ip, protocol) });

        if (conflicts)
            Assert.Contains("1 node(s) didn't have free ports for the requested pod ports", (await UnschedulableAsync(cluster, "second")).Message);
        else
            await BoundAsync(cluster, "second");

        static PodSpec WithPort(string ip, string protocol) =>
            new() { Containers = [new Container { Name = "c", Ports = [new ContainerPort { ContainerPortValue = 80, HostPort = 8080, HostIP = ip, Protocol = protocol }] }] };
    }

    [Fact]
    public async Task A_gated_pod_is_left_alone_until_its_gates_are_gone()
    {
        await using var cluster = await StartAsync(api => api.Add(NodeOf("a")));
        cluster.Api.Add(PodOf("web") with { Spec = Spec() with { SchedulingGates = [new PodSchedulingGate { Name = "wait" }] } });
        await cluster.SettleAsync();
        Assert.True(string.IsNullOrEmpty(cluster.Api.Find<Pod>("default", "web")!.Spec.NodeName));

        cluster.Api.Change<Pod>("default", "web", p => p with { Spec = p.Spec with { SchedulingGates = [] } });

        await BoundAsync(cluster, "web");
    }

    [Fact]
    public async Task Another_schedulers_pod_is_left_alone()
    {
        await using var cluster = await StartAsync(api => api.Add(NodeOf("a")));
        cluster.Api.Add(PodOf("theirs") with { Spec = Spec() with { SchedulerName = "other" } });
        cluster.Api.Add(PodOf("ours"));

        await BoundAsync(cluster, "ours");
        await cluster.SettleAsync();

        Assert.True(string.IsNullOrEmpty(cluster.Api.Find<Pod>("default", "theirs")!.Spec.NodeName));
    }

    [Fact]
    public async Task Anti_affinity_keeps_pods_apart_both_ways()
    {
        await using var cluster = await StartAsync(api =>
        {
            api.Add(NodeOf("a", labels: new() { ["kubernetes.io/hostname"] = "a" }));
            api.Add(NodeOf("b", labels: new() { ["kubernetes.io/hostname"] = "b" }));
        });
        cluster.Api.Add(Lonely("one"));
        cluster.Api.Add(Lonely("two"));
        await BoundAsync(cluster, "one");
        await BoundAsync(cluster, "two");
        cluster.Api.Add(PodOf("plain") with { Metadata = new ObjectMeta { Namespace = "default", Name = "plain", Labels = new Dictionary<string, string> { ["app"] = "db" } } });

        var message = (await UnschedulableAsync(cluster, "plain")).Message;

        Assert.NotEqual(cluster.Api.Find<Pod>("default", "one")!.Spec.NodeName, cluster.Api.Find<Pod>("default", "two")!.Spec.NodeName);
        Assert.Contains("2 node(s) didn't satisfy existing pods anti-affinity rules", message);

        static Pod Lonely(string name)
        {
            var labels = new Dictionary<string, string> { ["app"] = "db" };
            var term = new PodAffinityTerm { TopologyKey = "kubernetes.io/hostname", LabelSelector = new LabelSelector { MatchLabels = labels } };
            return PodOf(name) with
            {
                Metadata = new ObjectMeta { Namespace = "default", Name = name, Labels = labels },
                Spec = Spec() with { Affinity = new Affinity { PodAntiAffinity = new PodAntiAffinity { RequiredDuringSchedulingIgnoredDuringExecution = [term] } } },
            };
        }
    }

    [Fact]
    public async Task A_topology_constraint_limits_the_skew()
    {
        await using var cluster = await StartAsync(api =>
        {
            api.Add(NodeOf("a", labels: new() { ["zone"] = "1" }));
            api.Add(NodeOf("b", cpu: "100m", labels: new() { ["zone"] = "2" }));
        });
        var labels = new Dictionary<string, string> { ["app"] = "web" };
        var constraint = new TopologySpreadConstraint { MaxSkew = 1, TopologyKey = "zone", WhenUnsatisfiable = "DoNotSchedule", LabelSelector = new LabelSelector { MatchLabels = labels } };
        for (var i = 0; i < 2; i++)
            cluster.Api.Add(PodOf($"p{i}") with { Metadata = new ObjectMeta { Namespace = "default", Name = $"p{i}", Labels = labels }, Spec = Spec("1") with { TopologySpreadConstraints = [constraint] } });

        // Zone 2 has no room, so the second pod would make the skew two.
        await cluster.UntilAsync(() => cluster.Api.All<Pod>().Count(p => p.Spec.NodeName == "a") == 1 && cluster.Api.All<Pod>().Any(p => p.Status.Conditions.Count > 0), "one is bound, one refused");
        var refused = cluster.Api.All<Pod>().Single(p => string.IsNullOrEmpty(p.Spec.NodeName));

        Assert.Contains("node(s) didn't match pod topology spread constraints", refused.Status.Conditions[0].Message);
    }

    [Fact]
    public async Task The_more_important_pod_goes_first()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(PodOf("low", cpu: "600m"));
        cluster.Api.Add(PodOf("high", cpu: "600m", priority: 10));
        await UnschedulableAsync(cluster, "low");
        await UnschedulableAsync(cluster, "high");
        cluster.Time.Advance(TimeSpan.FromSeconds(10));

        cluster.Api.Add(NodeOf("a", cpu: "1"));

        await BoundAsync(cluster, "high");
        await cluster.SettleAsync();
        Assert.True(string.IsNullOrEmpty(cluster.Api.Find<Pod>("default", "low")!.Spec.NodeName));
    }

    [Fact]
    public async Task A_pod_whose_condition_can_be_read_is_woken_by_what_comes_after()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(PodOf("low", cpu: "600m"));
        await UnschedulableAsync(cluster, "low");

        // Told of changes after the scheduler, which has been at it since the start.
        using var heard = new ManualResetEventSlim();
        using var hearing = cluster.Service<InformerFactory>().Of<Node>().Subscribe((_, _) => heard.Set());
        var came = 0;
        cluster.Api.Refuse = request =>
        {
            if (request is { Subresource: "status", Name: "high" } && Interlocked.Exchange(ref came, 1) == 0)
            {
                cluster.Time.Advance(TimeSpan.FromSeconds(10));
                cluster.Api.Add(NodeOf("a", cpu: "1"));
                Assert.True(heard.Wait(TimeSpan.FromMinutes(2)));
            }

            return null;
        };
        cluster.Api.Add(PodOf("high", cpu: "600m", priority: 10));

        await BoundAsync(cluster, "high");
        await cluster.SettleAsync();
        Assert.True(string.IsNullOrEmpty(cluster.Api.Find<Pod>("default", "low")!.Spec.NodeName));
    }

    [Fact]
    public async Task Preemption_takes_the_least_important_victim_marks_it_and_nominates_the_node()
    {
        await using var cluster = await StartAsync(api =>
        {
            api.Add(NodeOf("a", cpu: "1"));
            api.Add(NodeOf("b", cpu: "1"));
        });
        cluster.Api.Add(PodOf("medium", cpu: "800m", priority: 5));
        await BoundAsync(cluster, "medium");
        cluster.Api.Add(PodOf("low", cpu: "800m", priority: 1) with { Metadata = new ObjectMeta { Namespace = "default", Name = "low", Finalizers = ["test/keep"] } });
        var low = await BoundAsync(cluster, "low");

        cluster.Api.Add(PodOf("high", cpu: "800m", priority: 10));

        var victim = await cluster.UntilAsync<Pod>("default", "low", p => p.Metadata.DeletionTimestamp is not null, "the victim is told to go");
        Assert.Contains(victim.Status.Conditions, c => c is { Type: "DisruptionTarget", Status: "True", Reason: "PreemptionByScheduler" });
        Assert.Null(cluster.Api.Find<Pod>("default", "medium")!.Metadata.DeletionTimestamp);
        var high = await cluster.UntilAsync<Pod>("default", "high", p => p.Status.NominatedNodeName is not null, "the node is nominated");
        Assert.Equal(low.Spec.NodeName, high.Status.NominatedNodeName);

        // The node agent has stopped it.
        cluster.Api.Change<Pod>("default", "low", p => p with { Status = p.Status with { Phase = "Failed" } });
        Assert.Equal(low.Spec.NodeName, (await BoundAsync(cluster, "high")).Spec.NodeName);
    }

    [Fact]
    public async Task Room_kept_for_a_nominated_pod_is_not_given_to_a_lesser_one()
    {
        await using var cluster = await StartAsync(api => api.Add(NodeOf("a", cpu: "1")));
        cluster.Api.Add(PodOf("victim", cpu: "800m"));
        await BoundAsync(cluster, "victim");
        cluster.Api.Add(PodOf("high", cpu: "800m", priority: 10));
        await cluster.UntilAsync<Pod>("default", "high", p => p.Status.NominatedNodeName == "a", "nominated");

        cluster.Api.Add(PodOf("lesser", cpu: "800m", priority: 5));
        await UnschedulableAsync(cluster, "lesser");
        cluster.Api.Delete<Pod>("default", "victim", new DeleteOptions { GracePeriodSeconds = 0 });

        await BoundAsync(cluster, "high");
        await cluster.SettleAsync();
        Assert.True(string.IsNullOrEmpty(cluster.Api.Find<Pod>("default", "lesser")!.Spec.NodeName));
    }

    [Fact]
    public async Task Preemption_policy_Never_preempts_nobody()
    {
        await using var cluster = await StartAsync(api => api.Add(NodeOf("a", cpu: "1")));
        cluster.Api.Add(PodOf("low", cpu: "800m"));
        await BoundAsync(cluster, "low");
        cluster.Api.Add(PodOf("high", cpu: "800m", priority: 10) with { Spec = Spec("800m") with { Priority = 10, PreemptionPolicy = "Never" } });

        Assert.EndsWith("preemption: not eligible due to preemptionPolicy=Never.", (await UnschedulableAsync(cluster, "high")).Message);
        Assert.Null(cluster.Api.Find<Pod>("default", "low")!.Metadata.DeletionTimestamp);
    }

    [Fact]
    public async Task A_refused_binding_gives_the_room_back_and_is_tried_again()
    {
        await using var cluster = await StartAsync(api => api.Add(NodeOf("a", cpu: "1")));
        var refusals = 0;
        cluster.Api.Refuse = r => r.Subresource == "binding" && refusals++ == 0 ? new ApiException(StatusReason.InternalError, "no") : null;
        cluster.Api.Add(PodOf("web", cpu: "800m"));
        await cluster.UntilAsync(() => refusals == 1, "the binding was refused");

        cluster.Time.Advance(TimeSpan.FromSeconds(2));

        await BoundAsync(cluster, "web");
    }

    private static Task<FakeCluster> StartAsync(Action<FakeApi>? before = null) =>
        FakeCluster.StartAsync(s => s.AddScheduler(new SchedulerOptions { Random = () => new Random(7) }), before);

    private static Task<Pod> BoundAsync(FakeCluster cluster, string name) =>
        cluster.UntilAsync<Pod>("default", name, p => !string.IsNullOrEmpty(p.Spec.NodeName), $"{name} is bound");

    private static async Task<PodCondition> UnschedulableAsync(FakeCluster cluster, string name) =>
        (await cluster.UntilAsync<Pod>("default", name, p => p.Status.Conditions.Any(c => c is { Type: "PodScheduled", Status: "False" }), $"{name} is marked unschedulable")).Status.Conditions.Single(c => c.Type == "PodScheduled");

    private static Task EventAsync(FakeCluster cluster, string reason, string type, string message) =>
        cluster.UntilAsync(() => cluster.Api.All<Event>().Any(e => e.Reason == reason && e.Type == type && e.Message == message), $"an event {reason}: {message}");

    private static Node NodeOf(string name, string cpu = "4", Dictionary<string, string>? labels = null) => new()
    {
        Metadata = new ObjectMeta { Name = name, Labels = labels ?? [] },
        Status = new NodeStatus { Allocatable = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse(cpu), ["memory"] = Quantity.Parse("8Gi"), ["pods"] = Quantity.Parse("110") } },
    };

    private static PodSpec Spec(string cpu = "100m") => new()
    {
        Containers = [new Container { Name = "c", Resources = new ResourceRequirements { Requests = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse(cpu) } } }],
    };

    private static Pod PodOf(string name, string cpu = "100m", int? priority = null) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name },
        Spec = Spec(cpu) with { Priority = priority },
        Status = new PodStatus { Phase = "Pending" },
    };
}
