using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Node.Runtime;
using LiteKube.Node.Tests.Harness;
using LiteKube.Testing.Runtime;
using static LiteKube.Node.Tests.Harness.PodSpecs;

namespace LiteKube.Node.Tests.Pods;

public sealed class TerminationTests
{
    [Fact]
    public async Task A_deleted_pod_leaves_nothing_behind_and_goes_from_the_API_last()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web").With(s => s with { Volumes = [new Volume { Name = "scratch", EmptyDir = new EmptyDirVolumeSource { Medium = "Memory" } }] }));
        await node.UntilRunningAsync("web");
        var uid = node.Get("web").Metadata.Uid!;
        Assert.NotEmpty(node.Mounts.All);

        node.Api.Delete<Pod>("default", "web");
        await node.UntilGoneAsync("web");

        Assert.Empty(await node.Runtime.ListContainersAsync(default));
        Assert.Empty(await node.Runtime.ListSandboxesAsync(default));
        Assert.Empty(node.Network.Attached);
        Assert.Empty(node.Mounts.All);
        Assert.False(Directory.Exists(Path.Combine(node.Directory, "pods", uid)));
        await node.UntilEventAsync("web", "Killing: Stopping container app");
        await node.Cluster.UntilAsync(() => node.PodDirectory.Pods.Count == 0, "worker gone");
    }

    [Fact]
    public async Task PreStop_runs_before_the_stop_signal_and_within_the_grace_period()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web", Container("app") with { Lifecycle = new Lifecycle { PreStop = new LifecycleHandler { Exec = new ExecAction { Command = ["bye"] } } } }));
        await node.UntilRunningAsync("web");

        node.Api.Delete<Pod>("default", "web", new DeleteOptions { GracePeriodSeconds = 7 });
        await node.UntilGoneAsync("web");

        var calls = node.Runtime.Calls.Where(c => c.StartsWith("Exec", StringComparison.Ordinal) || c.StartsWith("StopContainer", StringComparison.Ordinal)).ToList();
        Assert.Equal("Exec default/web/app bye", calls[0]);
        Assert.StartsWith("StopContainer default/web/app", calls[1]);
        var grace = double.Parse(calls[1].Split(' ')[2].TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(grace, 5, 7);
    }

    [Fact]
    public async Task A_deaf_container_is_killed_when_the_grace_period_is_over()
    {
        await using var node = await new NodeHarness { Script = _ => new FakeContainerScript { IgnoresStopSignal = true } }.StartAsync();
        node.Add(Pod("web"));
        await node.UntilRunningAsync("web");
        node.Api.Delete<Pod>("default", "web");
        await node.Cluster.UntilAsync(() => node.Runtime.Calls.Any(c => c.StartsWith("StopContainer", StringComparison.Ordinal)), "stopping");
        await node.Cluster.SettleAsync();
        Assert.Equal("Running", node.Get("web").Status.Phase);

        node.Cluster.Time.Advance(TimeSpan.FromSeconds(31));
        await node.UntilGoneAsync("web");
    }

    [Fact]
    public async Task A_shorter_grace_period_cuts_a_running_stop_short()
    {
        await using var node = await new NodeHarness { Script = _ => new FakeContainerScript { IgnoresStopSignal = true } }.StartAsync();
        node.Add(Pod("web").With(s => s with { TerminationGracePeriodSeconds = 3600 }));
        await node.UntilRunningAsync("web");
        node.Api.Delete<Pod>("default", "web", new DeleteOptions { GracePeriodSeconds = 3600 });
        await node.Cluster.UntilAsync(() => node.Runtime.Calls.Any(c => c.StartsWith("StopContainer", StringComparison.Ordinal)), "stopping");

        node.Api.Change<Pod>("default", "web", p => p with { Metadata = p.Metadata with { DeletionGracePeriodSeconds = 2 } });
        await node.Cluster.UntilAsync(() => node.Runtime.Calls.Count(c => c.StartsWith("StopContainer", StringComparison.Ordinal)) == 2, "stopping faster");
        node.Cluster.Time.Advance(TimeSpan.FromSeconds(3));
        await node.UntilGoneAsync("web");
    }

    [Fact]
    public async Task A_pod_deleted_by_force_is_cleaned_up_though_its_object_is_gone()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web"));
        await node.UntilRunningAsync("web");

        node.Api.Delete<Pod>("default", "web", new DeleteOptions { GracePeriodSeconds = 0 });

        await node.Cluster.UntilAsync(() => node.Runtime.ListSandboxesAsync(default).AsTask().Result.Count == 0, "sandbox gone");
        Assert.Empty(await node.Runtime.ListContainersAsync(default));
    }

    [Fact]
    public async Task A_namesake_waits_until_the_old_pod_is_cleaned_up()
    {
        await using var node = await new NodeHarness { Script = _ => new FakeContainerScript { IgnoresStopSignal = true } }.StartAsync();
        node.Add(Pod("web"));
        await node.UntilRunningAsync("web");
        node.Api.Delete<Pod>("default", "web", new DeleteOptions { GracePeriodSeconds = 0 });
        node.Add(Pod("web"));
        await node.Cluster.UntilAsync(() => node.Runtime.Calls.Any(c => c.StartsWith("StopContainer", StringComparison.Ordinal)), "stopping");
        Assert.Single(await node.Runtime.ListSandboxesAsync(default));

        node.Cluster.Time.Advance(TimeSpan.FromSeconds(31));
        await node.UntilRunningAsync("web");
        Assert.Single(await node.Runtime.ListSandboxesAsync(default));
    }

    [Fact]
    public async Task Sidecars_stop_after_the_others_and_in_reverse_order()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web").With(s => s with { InitContainers = [Sidecar("first"), Sidecar("second")] }));
        await node.UntilRunningAsync("web");

        node.Api.Delete<Pod>("default", "web");
        await node.UntilGoneAsync("web");

        var order = node.Runtime.Calls.Where(c => c.StartsWith("StopContainer", StringComparison.Ordinal)).Select(c => c.Split(' ')[1].Split('/')[2]).ToList();
        Assert.Equal(["app", "second", "first"], order);
    }

    [Fact]
    public async Task A_pod_kept_by_a_finalizer_ends_with_a_terminal_phase()
    {
        await using var node = await new NodeHarness { Script = _ => new FakeContainerScript { StopExitCode = 0 } }.StartAsync();
        node.Add(Pod("web") with { Metadata = new ObjectMeta { Name = "web", Finalizers = ["example.com/hold"] } });
        await node.UntilRunningAsync("web");

        node.Api.Delete<Pod>("default", "web");

        var pod = await node.UntilAsync("web", s => s.Phase == "Succeeded", "Succeeded");
        Assert.NotNull(pod.Metadata.DeletionTimestamp);
        await node.Cluster.UntilAsync(() => node.Runtime.ListSandboxesAsync(default).AsTask().Result.Count == 0, "sandbox gone");
    }

    [Fact]
    public async Task A_failing_postStart_hook_ends_the_container()
    {
        await using var node = await new NodeHarness { Script = _ => new FakeContainerScript { Exec = _ => new ExecResult(1, [], [], false) } }.StartAsync();
        node.Add(Pod("web", Container("app") with { Lifecycle = new Lifecycle { PostStart = new LifecycleHandler { Exec = new ExecAction { Command = ["hello"] } } } }));

        await node.UntilEventAsync("web", "FailedPostStartHook: PostStartHook failed");
        await node.UntilAsync("web", s => s.ContainerStatuses is [{ RestartCount: >= 1 }], "restart");
    }
}
