using System.Collections.Concurrent;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Probes;
using LiteKube.Node.Runtime;
using LiteKube.Node.Tests.Harness;
using LiteKube.Testing.Runtime;
using static LiteKube.Node.Tests.Harness.PodSpecs;

namespace LiteKube.Node.Tests.Pods;

public sealed class InitContainerTests
{
    [Fact]
    public async Task Init_containers_run_one_by_one_before_the_others()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web").With(s => s with { InitContainers = [Container("init1"), Container("init2")] }));

        var status = (await node.UntilAsync("web", s => s.InitContainerStatuses is [{ State.Running: not null }, _], "init1 running")).Status;
        Assert.Equal("Pending", status.Phase);
        Assert.Equal("PodInitializing", status.InitContainerStatuses[1].State!.Waiting!.Reason);
        Assert.Equal("PodInitializing", status.ContainerStatuses[0].State!.Waiting!.Reason);
        Assert.Equal("ContainersNotInitialized", status.Condition("Initialized")!.Reason);
        Assert.Equal("containers with incomplete status: [init1 init2]", status.Condition("Initialized")!.Message);

        node.Runtime.Exit((await node.EngineContainersAsync("init1"))[0].Id, 0);
        await node.UntilAsync("web", s => s.InitContainerStatuses is [{ Ready: true }, { State.Running: not null }], "init2 running");
        Assert.Empty(await node.EngineContainersAsync("app"));

        node.Runtime.Exit((await node.EngineContainersAsync("init2"))[0].Id, 0);
        status = (await node.UntilAsync("web", s => s.Is("Ready", "True"), "Ready")).Status;
        Assert.All(status.InitContainerStatuses, s => Assert.Equal("Completed", s.State!.Terminated!.Reason));
    }

    [Fact]
    public async Task A_failing_init_container_is_tried_again_and_the_pod_stays_Pending()
    {
        await using var node = await new NodeHarness { Script = c => c.Name == "init1" ? new FakeContainerScript { ExitCode = 1 } : new FakeContainerScript() }.StartAsync();
        node.Add(Pod("web").With(s => s with { InitContainers = [Container("init1"), Container("init2")] }));

        foreach (var (restarts, wait) in ((int, int)[])[(1, 10), (2, 20), (3, 40)])
        {
            var status = (await node.UntilAsync("web", s => s.InitContainerStatuses is [{ State.Waiting.Reason: "CrashLoopBackOff" } init, _] && init.RestartCount == restarts, $"restart {restarts}")).Status;
            Assert.Equal("Pending", status.Phase);
            Assert.Equal("PodInitializing", status.ContainerStatuses[0].State!.Waiting!.Reason);
            // To the next restart and no further: a longer step might pass the wait after it, too, before that is told.
            node.Cluster.Time.Advance(TimeSpan.FromSeconds(wait));
        }
    }

    [Fact]
    public async Task A_failing_init_container_fails_a_pod_that_never_restarts()
    {
        await using var node = await new NodeHarness { Script = c => c.Name == "init1" ? new FakeContainerScript { ExitCode = 1 } : new FakeContainerScript() }.StartAsync();
        node.Add(Pod("web").With(s => s with { InitContainers = [Container("init1"), Container("init2")], RestartPolicy = "Never" }));

        var status = (await node.UntilAsync("web", s => s.Phase == "Failed", "Failed")).Status;

        Assert.Equal("containers with incomplete status: [init1 init2]", status.Condition("Initialized")!.Message);
        Assert.NotNull(status.ContainerStatuses[0].State!.Waiting);
        Assert.Empty(await node.EngineContainersAsync("app"));
    }

    [Fact]
    public async Task A_sidecar_must_have_started_before_what_follows_it()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Prober.Answer("side-up", ProbeOutcome.Failure("not yet"));
        node.Add(Pod("web").With(s => s with { InitContainers = [Sidecar("side") with { StartupProbe = Probe("side-up", failures: 1000) }] }));
        await node.UntilAsync("web", s => s.InitContainerStatuses is [{ State.Running: not null, Started: false }], "sidecar running");
        Assert.Empty(await node.EngineContainersAsync("app"));

        node.Prober.Answer("side-up", ProbeOutcome.Success());

        var status = (await node.UntilAsync("web", s => s.Is("Ready", "True"), "Ready")).Status;
        Assert.True(status.InitContainerStatuses[0].Started);
        Assert.True(status.InitContainerStatuses[0].Ready);
    }

    [Fact]
    public async Task Sidecars_do_not_keep_a_job_from_completing()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("job").With(s => s with { InitContainers = [Sidecar("side")], RestartPolicy = "Never" }));
        await node.UntilRunningAsync("job");

        node.Runtime.Exit((await node.EngineContainersAsync("app"))[0].Id, 0);

        var status = (await node.UntilAsync("job", s => s.Phase == "Succeeded", "Succeeded")).Status;
        Assert.NotNull(status.InitContainerStatuses[0].State!.Terminated);
    }

    [Fact]
    public async Task A_sidecar_that_ends_is_restarted_beside_the_running_app()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web").With(s => s with { InitContainers = [Sidecar("side")], RestartPolicy = "Never" }));
        await node.UntilRunningAsync("web");

        node.Runtime.Exit((await node.EngineContainersAsync("side"))[0].Id, 1);

        await node.UntilAsync("web", s => s.InitContainerStatuses is [{ RestartCount: 1, State.Running: not null }], "sidecar again");
        Assert.Single(await node.EngineContainersAsync("app"));
    }

    [Fact]
    public async Task An_ephemeral_container_joins_a_running_pod_once()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web"));
        await node.UntilRunningAsync("web");

        node.Api.Change<Pod>("default", "web", p => p with { Spec = p.Spec with { EphemeralContainers = [new EphemeralContainer { Name = "debug", Image = "app:1", Stdin = true, Tty = true }] } });
        await node.UntilAsync("web", s => s.EphemeralContainerStatuses is [{ State.Running: not null }], "debugger running");

        node.Runtime.Exit((await node.EngineContainersAsync("debug"))[0].Id, 0);
        await node.UntilAsync("web", s => s.EphemeralContainerStatuses is [{ State.Terminated: not null }], "debugger ended");
        await node.Cluster.SettleAsync();
        Assert.Single(await node.EngineContainersAsync("debug"));
        Assert.Equal("Running", node.Get("web").Status.Phase);
    }

    [Fact]
    public async Task An_ephemeral_container_is_given_the_processes_of_its_target_when_that_runs()
    {
        await using var node = await new NodeHarness().StartAsync();
        var configs = new ConcurrentDictionary<string, ContainerConfig>();
        node.Runtime.Script = config => { configs[config.Name] = config; return new FakeContainerScript(); };
        node.Add(Pod("web"));
        await node.UntilRunningAsync("web");

        node.Api.Change<Pod>("default", "web", p => p with
        {
            Spec = p.Spec with
            {
                EphemeralContainers =
                [
                    new EphemeralContainer { Name = "early", Image = "app:1", TargetContainerName = "elsewhere" },
                    new EphemeralContainer { Name = "debug", Image = "app:1", TargetContainerName = "app" },
                ],
            },
        });

        await node.UntilAsync("web", s => s.EphemeralContainerStatuses is [{ State.Waiting: not null }, { State.Running: not null }], "one debugger running");
        Assert.Equal((await node.EngineContainersAsync("app"))[0].Id, configs["debug"].ProcessesOf);
        Assert.Null(configs["app"].ProcessesOf);
        var waiting = node.Get("web").Status.EphemeralContainerStatuses[0].State!.Waiting!;
        Assert.Equal(("CreateContainerConfigError", "target container \"elsewhere\" is not running"), (waiting.Reason, waiting.Message));
    }
}
