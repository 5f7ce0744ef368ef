using LiteKube.Api;
using LiteKube.Api.Coordination.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Node.Tests.Harness;
using LiteKube.Testing;
using LiteKube.Testing.Runtime;
using static LiteKube.Node.Tests.Harness.PodSpecs;

namespace LiteKube.Node.Tests.Registration;

public sealed class RegistrationTests
{
    [Fact]
    public async Task A_node_registers_with_all_that_clients_ask_of_it()
    {
        await using var node = await new NodeHarness().StartAsync();
        var registered = node.Api.Find<ApiNode>(null, NodeHarness.NodeName)!;

        Assert.Equal(NodeHarness.NodeName, registered.Metadata.Labels["kubernetes.io/hostname"]);
        Assert.Equal("linux", registered.Metadata.Labels["kubernetes.io/os"]);
        Assert.Contains(registered.Status.Addresses, a => a is { Type: "InternalIP", Address: "192.0.2.10" });
        Assert.Equal(Quantity.Parse("4"), registered.Status.Allocatable["cpu"]);
        Assert.Equal(Quantity.Parse("110"), registered.Status.Capacity["pods"]);
        Assert.Equal("v1.36.0+litekube1", registered.Status.NodeInfo!.KubeletVersion);
        Assert.Equal("fake://1.0", registered.Status.NodeInfo.ContainerRuntimeVersion);
        Assert.Equal(10250, registered.Status.DaemonEndpoints!.KubeletEndpoint!.Port);
        Assert.Equal("KubeletReady", registered.Status.Conditions.First(c => c.Type == "Ready").Reason);
        await node.Cluster.UntilAsync<Lease>("kube-node-lease", NodeHarness.NodeName, l => l.Spec is { HolderIdentity: NodeHarness.NodeName, LeaseDurationSeconds: 40 }, "lease");
    }

    [Fact]
    public async Task What_others_wrote_into_the_node_stays()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Api.Change<ApiNode>(null, NodeHarness.NodeName, n => n with
        {
            Metadata = n.Metadata with { Labels = new Dictionary<string, string>(n.Metadata.Labels) { ["mine"] = "yes" } },
            Spec = n.Spec with { Taints = [new Taint { Key = "t", Effect = "NoSchedule" }] },
            Status = n.Status with
            {
                Capacity = new Dictionary<string, Quantity>(n.Status.Capacity) { ["example.com/fakecpu"] = Quantity.Parse("1000") },
                Allocatable = new Dictionary<string, Quantity>(n.Status.Allocatable) { ["example.com/fakecpu"] = Quantity.Parse("1000") },
                Conditions = [.. n.Status.Conditions, new NodeCondition { Type = "NetworkUnavailable", Status = "False" }],
            },
        });

        node.Cluster.Time.Advance(TimeSpan.FromSeconds(11));
        node.Network.NotReadyReason = "bridge gone";
        await node.Cluster.UntilAsync<ApiNode>(null, NodeHarness.NodeName, n => n.Status.Conditions.Any(c => c is { Type: "Ready", Status: "False" }), "NotReady");
        node.Network.NotReadyReason = null;
        var registered = await node.Cluster.UntilAsync<ApiNode>(null, NodeHarness.NodeName, n => n.Status.Conditions.Any(c => c is { Type: "Ready", Status: "True" }), "Ready");

        Assert.Equal("yes", registered.Metadata.Labels["mine"]);
        Assert.Single(registered.Spec.Taints);
        Assert.Equal(Quantity.Parse("1000"), registered.Status.Allocatable["example.com/fakecpu"]);
        Assert.Contains(registered.Status.Conditions, c => c.Type == "NetworkUnavailable");
    }

    [Fact]
    public async Task What_others_say_the_node_has_is_for_pods_as_long_as_they_say_it()
    {
        await using var node = await new NodeHarness().StartAsync();

        node.Api.Change<ApiNode>(null, NodeHarness.NodeName, n => n with { Status = n.Status with { Capacity = new Dictionary<string, Quantity>(n.Status.Capacity) { ["example.com/fakecpu"] = Quantity.Parse("1000") } } });
        var given = await node.Cluster.UntilAsync<ApiNode>(null, NodeHarness.NodeName, n => n.Status.Allocatable.ContainsKey("example.com/fakecpu"), "allocatable");
        Assert.Equal(Quantity.Parse("1000"), given.Status.Allocatable["example.com/fakecpu"]);

        node.Api.Change<ApiNode>(null, NodeHarness.NodeName, n => n with { Status = n.Status with { Capacity = n.Status.Capacity.Where(c => c.Key != "example.com/fakecpu").ToDictionary() } });
        await node.Cluster.UntilAsync<ApiNode>(null, NodeHarness.NodeName, n => !n.Status.Allocatable.ContainsKey("example.com/fakecpu"), "no longer");
    }

    [Fact]
    public async Task A_quiet_node_writes_its_lease_and_nothing_else()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web"));
        await node.UntilAsync("web", s => s.Is("Ready", "True"), "Ready");
        await node.UntilEventAsync("web", "Started");
        await node.Cluster.UntilAsync(() => Leases() > 0, "lease");
        await node.Cluster.SettleAsync();
        var before = node.Api.Writes.Count;

        for (var i = 0; i < 20; i++)
        {
            var leases = Leases();
            node.Cluster.Time.Advance(TimeSpan.FromSeconds(10));
            await node.Cluster.UntilAsync(() => Leases() > leases, "lease renewed");
        }

        await node.Cluster.SettleAsync();
        var written = node.Api.Writes.Skip(before).Select(w => w.Resource.Plural).ToList();
        Assert.Equal(["leases"], written.Distinct());
        Assert.InRange(written.Count, 15, 22);

        int Leases() => node.Api.Writes.Count(w => w.Resource.Plural == "leases");
    }

    [Fact]
    public async Task Without_an_engine_the_node_is_NotReady_and_says_why()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Cluster.Time.Advance(TimeSpan.FromSeconds(11));
        node.Runtime.Unavailable = "Cannot connect to the Docker daemon";
        node.Runtime.BreakEvents();

        var registered = await node.Cluster.UntilAsync<ApiNode>(null, NodeHarness.NodeName, n => n.Status.Conditions.Any(c => c is { Type: "Ready", Status: "False" }), "NotReady");
        Assert.Equal("container runtime is down: Cannot connect to the Docker daemon", registered.Status.Conditions.First(c => c.Type == "Ready").Message);

        node.Runtime.Unavailable = null;
        node.Cluster.Time.Advance(TimeSpan.FromSeconds(5));
        await node.Cluster.UntilAsync<ApiNode>(null, NodeHarness.NodeName, n => n.Status.Conditions.Any(c => c is { Type: "Ready", Status: "True" }), "Ready again");
    }

    [Fact]
    public async Task A_restart_does_not_make_a_Ready_node_NotReady()
    {
        await using var before = new NodeHarness();
        await before.StartAsync();
        var registered = before.Api.Find<ApiNode>(null, NodeHarness.NodeName)!;
        await before.StopNodeAsync();

        await using var after = new NodeHarness(before.Directory);
        after.Network.NotReadyReason = "not looked yet";
        await after.StartAsync(api =>
        {
            api.Add(registered);
            api.Change<ApiNode>(null, NodeHarness.NodeName, n => n with { Status = registered.Status });
        });
        await after.Cluster.SettleAsync();
        Assert.DoesNotContain(after.Api.Writes, w => w is { Resource.Plural: "nodes", Subresource: "status" } && System.Text.Encoding.UTF8.GetString(w.Body.Span).Contains("KubeletNotReady", StringComparison.Ordinal));

        after.Cluster.Time.Advance(TimeSpan.FromSeconds(11));
        await after.Cluster.UntilAsync<ApiNode>(null, NodeHarness.NodeName, n => n.Status.Conditions.Any(c => c is { Type: "Ready", Status: "False" }), "NotReady when it stays so");
    }

    [Fact]
    public async Task A_deleted_node_registers_again()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Api.Delete<ApiNode>(null, NodeHarness.NodeName);

        await node.Cluster.UntilAsync(() => node.Api.Find<ApiNode>(null, NodeHarness.NodeName) is not null, "registered again");
    }

    [Theory]
    [InlineData("NodeAffinity", "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector")]
    [InlineData("NodePorts", "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports")]
    [InlineData("OutOfcpu", "Pod was rejected: Node didn't have enough resource: cpu, requested: 5000, used: 0, capacity: 4000")]
    [InlineData("SysctlForbidden", "forbidden sysctl: \"kernel.msgmax\" not allowlisted")]
    public async Task A_pod_that_does_not_fit_fails_with_the_reason(string reason, string message)
    {
        await using var node = await new NodeHarness().StartAsync();
        var ports = Container("app") with { Ports = [new ContainerPort { ContainerPortValue = 80, HostPort = 21017 }] };
        if (reason == "NodePorts")
        {
            node.Add(Pod("first", ports));
            await node.UntilRunningAsync("first");
        }

        node.Add(reason switch
        {
            "NodeAffinity" => Pod("web").With(s => s with { NodeSelector = new Dictionary<string, string> { ["disk"] = "ssd" } }),
            "NodePorts" => Pod("web", ports),
            "OutOfcpu" => Pod("web", Container("app") with { Resources = new ResourceRequirements { Requests = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse("5") } } }),
            _ => Pod("web").With(s => s with { SecurityContext = new PodSecurityContext { Sysctls = [new Sysctl { Name = "kernel.msgmax", Value = "1" }] } }),
        });

        var status = (await node.UntilAsync("web", s => s.Phase == "Failed", "Failed")).Status;
        Assert.Equal(reason, status.Reason);
        Assert.Equal(message, status.Message);
        Assert.DoesNotContain("CreateSandbox default/web", node.Runtime.Calls);
        await node.UntilEventAsync("web", reason);

        node.Api.Delete<Pod>("default", "web");
        await node.UntilGoneAsync("web");
    }
}
