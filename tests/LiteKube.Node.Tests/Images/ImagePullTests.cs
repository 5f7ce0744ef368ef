using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Node.Runtime;
using LiteKube.Node.Tests.Harness;
using static LiteKube.Node.Tests.Harness.PodSpecs;

namespace LiteKube.Node.Tests.Images;

public sealed class ImagePullTests
{
    [Fact]
    public async Task A_bad_image_shows_ErrImagePull_then_ImagePullBackOff_and_an_edit_heals_it()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Runtime.FakeImages.PullError = image => image == "nope:1" ? new RuntimeException(RuntimeError.ImagePull, "manifest unknown") : null;
        node.Add(Pod("web", Container("app") with { Image = "nope:1" }));

        var status = (await node.UntilAsync("web", s => s.ContainerStatuses is [{ State.Waiting.Reason: "ErrImagePull" }], "ErrImagePull")).Status;
        Assert.Equal("manifest unknown", status.ContainerStatuses[0].State!.Waiting!.Message);
        Assert.Equal("Pending", status.Phase);
        node.Cluster.Time.Advance(TimeSpan.FromSeconds(2));
        status = (await node.UntilAsync("web", s => s.ContainerStatuses is [{ State.Waiting.Reason: "ImagePullBackOff" }], "ImagePullBackOff")).Status;
        Assert.Equal("Back-off pulling image \"nope:1\": ErrImagePull: manifest unknown", status.ContainerStatuses[0].State!.Waiting!.Message);
        await node.UntilEventAsync("web", "Failed: Failed to pull image \"nope:1\": manifest unknown");
        await node.UntilEventAsync("web", "BackOff: Back-off pulling image \"nope:1\"");
        Assert.Single(node.Runtime.FakeImages.Pulls);

        node.Cluster.Time.Advance(TimeSpan.FromSeconds(10));
        await node.Cluster.UntilAsync(() => node.Runtime.FakeImages.Pulls.Count == 2, "second attempt");

        node.Api.Change<Pod>("default", "web", p => p with { Spec = p.Spec with { Containers = [p.Spec.Containers[0] with { Image = "good:1" }] } });
        await node.UntilRunningAsync("web");
    }

    [Fact]
    public async Task A_wait_for_another_pull_does_not_last_for_hours_when_the_clock_is_set_back()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Runtime.FakeImages.PullError = image => new RuntimeException(RuntimeError.ImagePull, "not yet");
        node.Add(Pod("web", Container("app") with { Image = "late:1" }));
        await node.UntilAsync("web", s => s.ContainerStatuses is [{ State.Waiting.Reason: "ErrImagePull" }], "ErrImagePull");

        node.Runtime.FakeImages.PullError = _ => null;
        node.Cluster.Time.Set(TimeSpan.FromHours(-3));
        node.Cluster.Time.Advance(TimeSpan.FromSeconds(2));
        await node.UntilRunningAsync("web");
    }

    [Fact]
    public async Task With_policy_Never_an_absent_image_is_not_pulled()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web", Container("app") with { Image = "absent:1", ImagePullPolicy = "Never" }));

        var status = (await node.UntilAsync("web", s => s.ContainerStatuses is [{ State.Waiting.Reason: "ErrImageNeverPull" }], "ErrImageNeverPull")).Status;

        Assert.Equal("Container image \"absent:1\" is not present with pull policy of Never", status.ContainerStatuses[0].State!.Waiting!.Message);
        Assert.Empty(node.Runtime.FakeImages.Pulls);
    }

    [Fact]
    public async Task An_unreadable_image_name_is_told_as_such()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web", Container("app") with { Image = "FOO BAR" }));

        await node.UntilAsync("web", s => s.ContainerStatuses is [{ State.Waiting.Reason: "InvalidImageName" }], "InvalidImageName");
        Assert.Empty(node.Runtime.FakeImages.Pulls);
    }

    [Fact]
    public async Task With_policy_Always_a_present_image_is_pulled()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web", Container("app") with { ImagePullPolicy = "Always" }));

        await node.UntilRunningAsync("web");
        Assert.Equal(["app:1"], node.Runtime.FakeImages.Pulls);
    }

    [Fact]
    public async Task A_pod_can_be_deleted_while_its_image_is_pulled()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Runtime.FakeImages.PullGate = new TaskCompletionSource().Task;
        node.Add(Pod("web", Container("app") with { Image = "slow:1" }));
        await node.Cluster.UntilAsync(() => node.Runtime.FakeImages.Pulls.Count == 1, "pulling");

        node.Api.Delete<Pod>("default", "web");
        await node.UntilGoneAsync("web");
    }

    [Fact]
    public async Task A_long_pull_is_told_in_the_pods_events()
    {
        await using var node = await new NodeHarness().StartAsync();
        var gate = new TaskCompletionSource();
        node.Runtime.FakeImages.PullGate = gate.Task;
        node.Add(Pod("web", Container("app") with { Image = "slow:1" }));
        await node.Cluster.UntilAsync(() => node.Runtime.FakeImages.Pulls.Count == 1, "pulling");

        await node.UntilEventAsync("web", "Pulling: Pulling image \"slow:1\"");
        node.Runtime.FakeImages.Progress!.Report(new PullProgress("slow:1", 3, 0, 1_000_000, 90_000_000));
        node.Cluster.Time.Advance(TimeSpan.FromSeconds(31));
        node.Runtime.FakeImages.Progress!.Report(new PullProgress("slow:1", 3, 1, 45_000_000, 90_000_000));
        node.Runtime.FakeImages.Progress!.Report(new PullProgress("slow:1", 3, 1, 46_000_000, 90_000_000));
        await node.UntilEventAsync("web", "Pulling: Pulling image \"slow:1\": 45.0 of 90.0 MB, 1 of 3 layers");
        gate.SetResult();

        await node.UntilEventAsync("web", "Pulled: Successfully pulled image \"slow:1\" in ");
        await node.UntilRunningAsync("web");
    }

    [Fact]
    public async Task One_containers_slow_pull_does_not_hold_up_anothers_restart()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Runtime.FakeImages.PullGate = new TaskCompletionSource().Task;
        node.Add(Pod("web", Container("app"), Container("late") with { Image = "slow:1" }));
        await node.UntilAsync("web", s => s.ContainerStatuses is [{ State.Running: not null }, _], "first running");

        node.Runtime.Exit((await node.EngineContainersAsync("app"))[0].Id, 1);

        await node.UntilAsync("web", s => s.ContainerStatuses is [{ RestartCount: 1, State.Running: not null }, ..], "restart");
    }

    [Fact]
    public async Task A_missing_pull_secret_is_told_and_the_pull_tried_without()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web", Container("app") with { Image = "other:1" }).With(s => s with { ImagePullSecrets = [new LocalObjectReference { Name = "keys" }] }));

        await node.UntilRunningAsync("web");
        await node.UntilEventAsync("web", "FailedToRetrieveImagePullSecret");
    }
}
