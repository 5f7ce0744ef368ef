using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Runtime;
using LiteKube.Node.Tests.Harness;
using LiteKube.Testing.Runtime;
using static LiteKube.Node.Tests.Harness.PodSpecs;

namespace LiteKube.Node.Tests.Pods;

public sealed class PodLifecycleTests
{
    [Fact]
    public async Task A_pod_bound_to_the_node_runs_with_an_address_and_all_conditions_true()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web"));

        var status = (await node.UntilAsync("web", s => s.Is("Ready", "True"), "Ready")).Status;

        Assert.Equal("Running", status.Phase);
        Assert.Equal("10.42.0.5", status.PodIP);
        Assert.Equal([new PodIP { Ip = "10.42.0.5" }], status.PodIPs);
        Assert.Equal("192.0.2.10", status.HostIP);
        Assert.NotNull(status.StartTime);
        Assert.Equal("BestEffort", status.QosClass);
        Assert.Equal(1, status.ObservedGeneration);
        Assert.All((string[])["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"], type => Assert.True(status.Is(type, "True"), type));
        var container = Assert.Single(status.ContainerStatuses);
        Assert.True(container.Ready);
        Assert.True(container.Started);
        Assert.Equal(0, container.RestartCount);
        Assert.StartsWith("fake://", container.ContainerID);
        foreach (var expected in (string[])["Pulled: Container image \"app:1\" already present on machine", "Created: Created container: app", "Started: Started container app"])
            await node.UntilEventAsync("web", expected);
    }

    [Theory]
    [InlineData("Never", 0, "Succeeded", 0)]
    [InlineData("Never", 3, "Failed", 0)]
    [InlineData("OnFailure", 0, "Succeeded", 0)]
    [InlineData("OnFailure", 3, "Running", 1)]
    [InlineData("Always", 0, "Running", 1)]
    [InlineData("Always", 3, "Running", 1)]
    public async Task The_restart_policy_and_the_exit_code_decide_what_follows_an_end(string policy, int exitCode, string phase, int restarts)
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("job").With(s => s with { RestartPolicy = policy }));
        await node.UntilRunningAsync("job");

        node.Runtime.Exit((await node.EngineContainersAsync("app"))[0].Id, exitCode);

        var status = (await node.UntilAsync("job", s => s.Phase == phase && s.ContainerStatuses is [var only] && only.RestartCount == restarts && (restarts == 0) == only.State?.Terminated is not null, "the outcome")).Status;
        var end = restarts == 0 ? status.ContainerStatuses[0].State!.Terminated : status.ContainerStatuses[0].LastState!.Terminated;
        Assert.Equal(exitCode, end!.ExitCode);
        Assert.Equal(exitCode == 0 ? "Completed" : "Error", end.Reason);
        if (restarts == 0)
        {
            Assert.Equal(exitCode == 0 ? "PodCompleted" : "PodFailed", status.Condition("Ready")!.Reason);
            await node.Cluster.UntilAsync(() => node.Network.Attached.Count == 0, "detached");
        }
        else
        {
            Assert.NotNull(status.ContainerStatuses[0].State!.Running);
        }
    }

    [Fact]
    public async Task A_crashing_container_waits_ever_longer_and_says_so()
    {
        await using var node = await new NodeHarness { Script = _ => new FakeContainerScript { ExitCode = 1 } }.StartAsync();
        node.Add(Pod("crash"));

        // The first restart is at once, the next after 10 s, then 20 s.
        foreach (var (count, seconds, delay) in ((int, int, string)[])[(1, 10, "10s"), (2, 20, "20s"), (3, 40, "40s"), (4, 80, "1m20s")])
        {
            var pod = await node.UntilAsync("crash", s => s.ContainerStatuses is [{ RestartCount: var n, State.Waiting.Reason: "CrashLoopBackOff" }] && n == count, $"back-off after restart {count}");
            var waiting = pod.Status.ContainerStatuses[0].State!.Waiting!;
            Assert.Equal($"back-off {delay} restarting failed container=app pod=crash_default({pod.Metadata.Uid})", waiting.Message);
            Assert.Equal(1, pod.Status.ContainerStatuses[0].LastState!.Terminated!.ExitCode);
            Assert.Equal("Running", pod.Status.Phase);
            Assert.True(pod.Status.Is("Ready", "False"));
            // To the next restart and no further: a longer step might pass the wait after it, too, before that is told.
            node.Cluster.Time.Advance(TimeSpan.FromSeconds(seconds));
        }
    }

    [Fact]
    public async Task Ended_instances_are_removed_but_for_the_last()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web"));
        await node.UntilRunningAsync("web");
        for (var i = 0; i < 3; i++)
        {
            node.Runtime.Exit((await node.EngineContainersAsync("app"))[0].Id, 1);
            node.Cluster.Time.Advance(TimeSpan.FromMinutes(6));
            await node.UntilAsync("web", s => s.ContainerStatuses is [{ State.Running: not null, RestartCount: var n }] && n == i + 1, $"restart {i + 1}");
            node.Cluster.Time.Advance(TimeSpan.FromMinutes(20));
        }

        await node.Cluster.UntilAsync(() => node.EngineContainersAsync("app").Result.Count == 2, "two instances");
        var uid = node.Get("web").Metadata.Uid!;
        var instances = await node.EngineContainersAsync("app");
        Assert.Equal(instances[0].Id, node.PodDirectory.FindContainer(uid, "app", previous: false));
        Assert.Equal(instances[1].Id, node.PodDirectory.FindContainer(uid, "app", previous: true));
    }

    [Fact]
    public async Task A_container_that_cannot_be_started_counts_as_ended_with_StartError()
    {
        await using var node = await new NodeHarness { Script = _ => new FakeContainerScript { StartError = "exec: \"nope\": not found" } }.StartAsync();
        node.Add(Pod("bad").With(s => s with { RestartPolicy = "Never" }));

        var status = (await node.UntilAsync("bad", s => s.Phase == "Failed", "Failed")).Status;

        Assert.Null(status.ContainerStatuses[0].State?.Waiting);
        var end = status.ContainerStatuses[0].State!.Terminated!;
        Assert.Equal("StartError", end.Reason);
        Assert.Equal(128, end.ExitCode);
        Assert.Equal("exec: \"nope\": not found", end.Message);
    }

    [Fact]
    public async Task A_pod_over_its_deadline_fails()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("slow").With(s => s with { ActiveDeadlineSeconds = 5 }));
        await node.UntilRunningAsync("slow");

        node.Cluster.Time.Advance(TimeSpan.FromSeconds(6));

        var status = (await node.UntilAsync("slow", s => s.Phase == "Failed", "Failed")).Status;
        Assert.Equal("DeadlineExceeded", status.Reason);
        Assert.Equal("Pod was active on the node longer than the specified deadline", status.Message);
        Assert.NotNull(status.ContainerStatuses[0].State?.Terminated);
    }

    [Fact]
    public async Task A_terminal_phase_set_by_another_is_kept_and_its_containers_end()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web"));
        await node.UntilRunningAsync("web");

        node.Api.Change<Pod>("default", "web", p => p with { Status = p.Status with { Phase = "Failed", Reason = "Test" } });

        await node.UntilAsync("web", s => s.ContainerStatuses is [{ State.Terminated: not null }], "ended");
        await node.Cluster.SettleAsync();
        Assert.Equal("Failed", node.Get("web").Status.Phase);
        Assert.Equal("Test", node.Get("web").Status.Reason);
    }

    [Fact]
    public async Task A_foreign_condition_stays_and_a_flipped_one_is_put_right()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web"));
        await node.UntilAsync("web", s => s.Is("Ready", "True"), "Ready");

        node.Api.Change<Pod>("default", "web", p => p with
        {
            Status = p.Status with { Conditions = [.. p.Status.Conditions.Select(c => c.Type == "Ready" ? c with { Status = "False" } : c), new PodCondition { Type = "example.com/mine", Status = "True" }] },
        });

        var status = (await node.UntilAsync("web", s => s.Is("Ready", "True"), "Ready again")).Status;
        Assert.True(status.Is("example.com/mine", "True"));
    }

    [Fact]
    public async Task A_dead_sandbox_is_made_anew_with_its_containers()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web"));
        var uid = (await node.UntilRunningAsync("web")).Metadata.Uid!;
        var first = node.PodDirectory.FindSandbox(uid)!;

        node.Runtime.KillSandbox(first);

        var status = (await node.UntilAsync("web", s => s.PodIP == "10.42.0.6" && s.Is("Ready", "True"), "another sandbox")).Status;
        Assert.Equal(1, status.ContainerStatuses[0].RestartCount);
        Assert.NotEqual(first, node.PodDirectory.FindSandbox(uid));
        Assert.Single(node.Network.Attached);
    }

    [Fact]
    public async Task An_edited_image_replaces_the_container()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Runtime.FakeImages.Add("app:2");
        node.Add(Pod("web"));
        await node.UntilRunningAsync("web");

        node.Api.Change<Pod>("default", "web", p => p with { Spec = p.Spec with { Containers = [p.Spec.Containers[0] with { Image = "app:2" }] } });

        await node.UntilAsync("web", s => s.ContainerStatuses is [{ RestartCount: 1, Image: "app:2", State.Running: not null }], "app:2 running");
        await node.UntilEventAsync("web", "Killing: Container app definition changed, will be restarted");
    }

    [Fact]
    public async Task Changed_limits_are_applied_without_a_restart()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web", Container("app") with { Resources = new ResourceRequirements { Limits = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse("100m") }, Requests = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse("100m") } } }));
        await node.UntilRunningAsync("web");
        var bigger = new ResourceRequirements { Limits = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse("200m") }, Requests = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse("200m") } };

        node.Api.Change<Pod>("default", "web", p => p with { Spec = p.Spec with { Containers = [p.Spec.Containers[0] with { Resources = bigger }] } });

        await node.UntilAsync("web", s => s.ContainerStatuses is [var only] && only.Resources == bigger, "new limits in the status");
        Assert.Contains("UpdateContainer default/web/app", node.Runtime.Calls);
        Assert.Equal(0, node.Get("web").Status.ContainerStatuses[0].RestartCount);
    }

    [Fact]
    public async Task Missing_configuration_is_told_and_healed_when_it_appears()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web", Container("app") with { Env = [new EnvVar { Name = "A", ValueFrom = new EnvVarSource { ConfigMapKeyRef = new ConfigMapKeySelector { Name = "settings", Key = "a" } } }] }));

        var status = (await node.UntilAsync("web", s => s.ContainerStatuses is [{ State.Waiting.Reason: "CreateContainerConfigError" }], "config error")).Status;
        Assert.Equal("configmap \"settings\" not found", status.ContainerStatuses[0].State!.Waiting!.Message);
        Assert.Equal("Pending", status.Phase);

        node.Api.Add(new ConfigMap { Metadata = new Api.Meta.V1.ObjectMeta { Namespace = "default", Name = "settings" }, Data = new Dictionary<string, string> { ["a"] = "1" } });
        await node.UntilRunningAsync("web");
    }

    [Fact]
    public async Task Without_the_API_server_containers_are_still_restarted()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web"));
        await node.UntilRunningAsync("web");
        node.Api.Refuse = _ => new ApiException(StatusReason.ServiceUnavailable, "away");
        node.Api.BreakWatches();

        node.Runtime.Exit((await node.EngineContainersAsync("app"))[0].Id, 1);

        await node.Cluster.UntilAsync(() => node.EngineContainersAsync("app").Result is [{ State: Runtime.ContainerState.Running, Attempt: 1 }, ..], "restarted");
        node.Api.Refuse = null;
        await node.UntilAsync("web", s => s.ContainerStatuses is [{ RestartCount: 1 }], "told afterwards");
    }

    [Fact]
    public async Task A_broken_event_stream_hides_nothing_for_long()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web"));
        await node.UntilRunningAsync("web");

        node.Runtime.BreakEvents();
        node.Runtime.Exit((await node.EngineContainersAsync("app"))[0].Id, 7);

        await node.UntilAsync("web", s => s.ContainerStatuses is [{ RestartCount: 1, LastState.Terminated.ExitCode: 7 }], "restart");
    }
}
