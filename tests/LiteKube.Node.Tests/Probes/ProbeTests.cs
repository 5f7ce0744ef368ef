using LiteKube.Api.Core.V1;
using LiteKube.Node.Probes;
using LiteKube.Node.Tests.Harness;
using static LiteKube.Node.Tests.Harness.PodSpecs;

namespace LiteKube.Node.Tests.Probes;

public sealed class ProbeTests
{
    [Fact]
    public async Task A_failing_liveness_probe_restarts_the_container()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web", Container("app") with { LivenessProbe = Probe("alive", failures: 2) }));
        await node.UntilRunningAsync("web");

        node.Prober.Answer("alive", ProbeOutcome.Failure("HTTP probe failed with statuscode: 500"));
        for (var i = 0; i < 3; i++)
            node.Cluster.Time.Advance(TimeSpan.FromSeconds(1));

        await node.UntilAsync("web", s => s.ContainerStatuses is [{ RestartCount: > 0 }], "restart");
        await node.UntilEventAsync("web", "Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 500");
        await node.UntilEventAsync("web", "Killing: Container app failed liveness probe, will be restarted");
    }

    [Fact]
    public async Task A_liveness_probes_own_grace_period_is_used()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web", Container("app") with { LivenessProbe = Probe("alive") with { TerminationGracePeriodSeconds = 3 } }));
        await node.UntilRunningAsync("web");

        node.Prober.Answer("alive", ProbeOutcome.Failure("down"));
        await node.Cluster.UntilAsync(() => node.Runtime.Calls.Any(c => c.StartsWith("StopContainer", StringComparison.Ordinal)), "stopping");

        var grace = double.Parse(node.Runtime.Calls.First(c => c.StartsWith("StopContainer", StringComparison.Ordinal)).Split(' ')[2].TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(grace, 1, 3);
    }

    [Fact]
    public async Task Readiness_follows_its_probe_and_restarts_nothing()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Prober.Answer("ready", ProbeOutcome.Failure("not yet"));
        node.Add(Pod("web", Container("app") with { ReadinessProbe = Probe("ready") }));
        var status = (await node.UntilRunningAsync("web")).Status;
        Assert.False(status.ContainerStatuses[0].Ready);
        Assert.Equal("containers with unready status: [app]", status.Condition("Ready")!.Message);

        node.Prober.Answer("ready", ProbeOutcome.Success());
        await node.UntilAsync("web", s => s.Is("Ready", "True"), "Ready");
        node.Prober.Answer("ready", ProbeOutcome.Failure("overloaded"));
        await node.UntilAsync("web", s => s.Is("Ready", "False"), "not Ready");
        Assert.Equal(0, node.Get("web").Status.ContainerStatuses[0].RestartCount);
    }

    [Fact]
    public async Task The_initial_delay_counts_from_the_containers_start()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web", Container("app") with { ReadinessProbe = Probe("ready", delay: 15) }));
        await node.UntilRunningAsync("web");
        node.Cluster.Time.Advance(TimeSpan.FromSeconds(13));
        await node.Cluster.SettleAsync();
        Assert.Equal(0, node.Prober.Asked("ready"));

        node.Cluster.Time.Advance(TimeSpan.FromSeconds(3));
        var status = (await node.UntilAsync("web", s => s.Is("Ready", "True"), "Ready")).Status;
        Assert.True(status.Condition("Ready")!.LastTransitionTime - status.ContainerStatuses[0].State!.Running!.StartedAt >= TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Liveness_waits_for_startup_and_a_failed_startup_restarts()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Prober.Answer("up", ProbeOutcome.Failure("booting"));
        node.Add(Pod("web", Container("app") with { StartupProbe = Probe("up", failures: 5), LivenessProbe = Probe("alive") }));
        var status = (await node.UntilRunningAsync("web")).Status;
        Assert.False(status.ContainerStatuses[0].Started);
        Assert.False(status.ContainerStatuses[0].Ready);

        for (var i = 0; i < 6; i++)
        {
            var asked = node.Prober.Asked("up");
            node.Cluster.Time.Advance(TimeSpan.FromSeconds(1));
            await node.Cluster.UntilAsync(() => node.Prober.Asked("up") > asked || node.Runtime.Calls.Any(c => c.StartsWith("StopContainer", StringComparison.Ordinal)), "probed");
        }

        await node.UntilEventAsync("web", "Killing: Container app failed startup probe, will be restarted");
        Assert.Equal(0, node.Prober.Asked("alive"));

        node.Prober.Answer("up", ProbeOutcome.Success());
        await node.UntilAsync("web", s => s.ContainerStatuses is [{ Started: true, Ready: true }], "started");
        await node.Cluster.UntilAsync(() => node.Prober.Asked("alive") > 0, "liveness begins");
    }

    [Fact]
    public void Thresholds_count_consecutive_outcomes_only()
    {
        var state = new ProbeState(ProbeKind.Readiness, Probe("x", failures: 3, successes: 2), null);
        Assert.False(state.IsGood);
        state.Record(ProbeVerdict.Success);
        Assert.False(state.IsGood);
        Assert.True(state.Record(ProbeVerdict.Success));
        Assert.True(state.IsGood);
        foreach (var verdict in (ProbeVerdict[])[ProbeVerdict.Failure, ProbeVerdict.Failure, ProbeVerdict.Success, ProbeVerdict.Failure, ProbeVerdict.Failure, ProbeVerdict.Unknown])
            Assert.False(state.Record(verdict));
        Assert.True(state.Record(ProbeVerdict.Failure));
        Assert.False(state.IsGood);
    }
}
