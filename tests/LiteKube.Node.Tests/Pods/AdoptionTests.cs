using LiteKube.Api.Core.V1;
using LiteKube.Node.Probes;
using LiteKube.Node.Tests.Harness;
using LiteKube.Testing;
using LiteKube.Testing.Runtime;
using static LiteKube.Node.Tests.Harness.PodSpecs;

namespace LiteKube.Node.Tests.Pods;

public sealed class AdoptionTests
{
    [Fact]
    public async Task A_restarted_node_keeps_running_containers_and_removes_what_nobody_wants()
    {
        await using var before = new NodeHarness();
        await before.StartAsync();
        before.Add(Pod("kept", Container("app") with { ReadinessProbe = Probe("ready") }).With(s => s with { Volumes = [new Volume { Name = "scratch", EmptyDir = new EmptyDirVolumeSource() }] }));
        before.Add(Pod("deleted"));
        await before.UntilAsync("kept", s => s.Is("Ready", "True"), "Ready");
        await before.UntilRunningAsync("deleted");
        var kept = before.Get("kept");
        var deleted = before.Get("deleted").Metadata.Uid!;
        var container = before.PodDirectory.FindContainer(kept.Metadata.Uid!, "app", false)!;
        var sandbox = before.PodDirectory.FindSandbox(kept.Metadata.Uid!)!;
        var scratch = Path.Combine(before.Directory, "pods", kept.Metadata.Uid!, "volumes", "kubernetes.io~empty-dir", "scratch", "file");
        await File.WriteAllTextAsync(scratch, "mine");
        await before.StopNodeAsync();
        var engine = before.Runtime;

        await using var after = new NodeHarness(before.Directory);
        after.Prober.Answer("ready", ProbeOutcome.Failure("not asked yet"));
        await after.StartAsync(api => Restore(api, kept), _ => engine);
        var uid = after.Get("kept").Metadata.Uid!;
        await after.Cluster.UntilAsync(() => after.Runtime.ListSandboxesAsync(default).AsTask().Result.Count == 1, "orphan gone");

        await after.Cluster.UntilAsync(() => after.PodDirectory.FindContainer(uid, "app", false) == container && after.PodDirectory.FindSandbox(uid) == sandbox, "adopted");
        await after.Cluster.UntilAsync(() => after.Network.Kept?.Contains(sandbox) == true, "its address kept");
        Assert.Equal("mine", await File.ReadAllTextAsync(scratch));
        await after.Cluster.UntilAsync(() => !Directory.Exists(Path.Combine(after.Directory, "pods", deleted)), "orphan's files gone");
        Assert.DoesNotContain(engine.Calls, c => c.StartsWith("StopContainer default/kept", StringComparison.Ordinal));
        Assert.Single(engine.Calls, c => c == "CreateContainer default/kept/app");
    }

    [Fact]
    public async Task An_adopted_container_stays_ready_until_a_probe_says_otherwise()
    {
        await using var before = new NodeHarness();
        await before.StartAsync();
        before.Add(Pod("kept", Container("app") with { ReadinessProbe = Probe("ready", period: 10, failures: 3) }));
        await before.UntilAsync("kept", s => s.Is("Ready", "True"), "Ready");
        var kept = before.Get("kept");
        await before.StopNodeAsync();

        await using var after = new NodeHarness(before.Directory);
        after.Prober.Answer("ready", ProbeOutcome.Failure("down"));
        await after.StartAsync(api => Restore(api, kept), _ => before.Runtime);
        await after.Cluster.UntilAsync(() => after.Prober.Asked("ready") > 0, "probed");
        await after.Cluster.SettleAsync();
        Assert.True(after.Get("kept").Status.Is("Ready", "True"));

        after.Cluster.Time.Advance(TimeSpan.FromSeconds(10));
        await after.Cluster.UntilAsync(() => after.Prober.Asked("ready") > 1, "probed again");
        after.Cluster.Time.Advance(TimeSpan.FromSeconds(10));
        await after.UntilAsync("kept", s => s.Is("Ready", "False"), "not Ready after three failures");
    }

    [Fact]
    public async Task What_ended_while_nobody_watched_is_seen_and_restarted()
    {
        await using var before = new NodeHarness();
        await before.StartAsync();
        before.Add(Pod("kept"));
        await before.UntilRunningAsync("kept");
        var kept = before.Get("kept");
        await before.StopNodeAsync();
        before.Runtime.Exit((await before.EngineContainersAsync("app"))[0].Id, 9);

        await using var after = new NodeHarness(before.Directory);
        await after.StartAsync(api => Restore(api, kept), _ => before.Runtime);

        await after.UntilAsync("kept", s => s.ContainerStatuses is [{ RestartCount: 1, State.Running: not null, LastState.Terminated.ExitCode: 9 }], "restart");
    }

    [Fact]
    public async Task What_the_engine_holds_of_no_pod_goes_with_the_next_listing()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web"));
        await node.UntilRunningAsync("web");
        await node.Runtime.CreateSandboxAsync(new Runtime.SandboxConfig(new Runtime.PodIdentity("lost", "default", "lost"), 0, "lost"), default);

        // The listing before may still be under way, and the next is minutes after it.
        await node.Cluster.UntilAsync(
            () =>
            {
                node.Cluster.Time.Advance(TimeSpan.FromMinutes(1));
                return node.Runtime.ListSandboxesAsync(default).AsTask().Result.Count == 1;
            },
            "the lost sandbox gone");
        Assert.Equal(0, node.Get("web").Status.ContainerStatuses[0].RestartCount);
    }

    /// <summary>The same pod, with the uid it had.</summary>
    private static void Restore(FakeApi api, Pod pod)
    {
        api.Add(pod);
        api.Change<Pod>("default", pod.Metadata.Name!, p => p with { Metadata = p.Metadata with { Uid = pod.Metadata.Uid }, Status = pod.Status });
    }
}
