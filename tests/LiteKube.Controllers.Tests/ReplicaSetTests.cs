using LiteKube.Api;
using LiteKube.Api.Apps.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Testing;
using static LiteKube.Controllers.Tests.ControllerCluster;

namespace LiteKube.Controllers.Tests;

public sealed class ReplicaSetTests
{
    [Fact]
    public async Task It_makes_as_many_pods_as_asked_for_and_counts_them()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(SetOf("web", 3));

        await cluster.RunUntilAsync(() => cluster.Api.Find<ReplicaSet>(Default, "web")!.Status.AvailableReplicas == 3, "three are available");

        var rs = cluster.Api.Find<ReplicaSet>(Default, "web")!;
        Assert.Equal(3, cluster.Pods().Count);
        Assert.Equal((3, 3, 3, 1L), (rs.Status.Replicas, rs.Status.ReadyReplicas, rs.Status.FullyLabeledReplicas, rs.Status.ObservedGeneration));
        Assert.All(cluster.Pods(), p => Assert.Equal(rs.Metadata.Uid, p.Metadata.OwnerReferences.Single().Uid));
        Assert.All(cluster.Pods(), p => Assert.StartsWith("web-", p.Metadata.Name));
    }

    [Fact]
    public async Task A_pod_that_is_deleted_or_fails_is_replaced_once()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(SetOf("web", 2));
        await cluster.RunUntilAsync(() => cluster.Api.Find<ReplicaSet>(Default, "web")!.Status.ReadyReplicas == 2, "two are ready");
        var first = cluster.Pods()[0];

        cluster.Api.Delete<Pod>(Default, first.Metadata.Name!);
        await cluster.UntilAsync(() => cluster.ActivePods().Count == 2, "replaced while it still terminates");
        var second = cluster.ActivePods()[0];
        cluster.Api.Change<Pod>(Default, second.Metadata.Name!, p => p with { Status = p.Status with { Phase = "Failed" } });
        await cluster.UntilAsync(() => cluster.ActivePods().Count == 2, "replaced after it failed");
        await cluster.SettleAsync();

        Assert.Equal(4, cluster.Pods().Count);
    }

    [Fact]
    public async Task Scaling_down_takes_the_pods_that_do_least()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(SetOf("web", 3));
        await cluster.UntilAsync(() => cluster.Pods().Count == 3, "three pods");
        var ready = cluster.Pods()[1];
        cluster.MakeReady(ready);
        await cluster.UntilAsync<ReplicaSet>(Default, "web", r => r.Status.ReadyReplicas == 1, "it is known to be ready");

        cluster.Api.Change<ReplicaSet>(Default, "web", r => r with { Spec = r.Spec with { Replicas = 1 } });

        await cluster.UntilAsync(() => cluster.Pods().Count == 1, "one is left");
        Assert.Equal(ready.Metadata.Name, cluster.Pods().Single().Metadata.Name);
    }

    [Fact]
    public async Task An_orphan_that_it_selects_is_adopted_and_one_that_it_no_longer_selects_released()
    {
        await using var cluster = await StartAsync(api => api.Add(new Pod { Metadata = new ObjectMeta { Namespace = Default, Name = "orphan", Labels = Labels("web") }, Spec = Template("web").Spec! }));
        var rs = cluster.Api.Add(SetOf("web", 1));
        var adopted = await cluster.UntilAsync<Pod>(Default, "orphan", p => p.Metadata.OwnerReferences.Count == 1, "adopted");
        Assert.Equal(rs.Metadata.Uid, adopted.Metadata.OwnerReferences[0].Uid);
        Assert.True(adopted.Metadata.OwnerReferences[0].Controller);

        cluster.Api.Change<Pod>(Default, "orphan", p => p with { Metadata = p.Metadata with { Labels = Labels("other") } });

        await cluster.UntilAsync<Pod>(Default, "orphan", p => p.Metadata.OwnerReferences.Count == 0, "released");
        await cluster.UntilAsync(() => cluster.Pods().Count == 2, "replaced");
    }

    [Fact]
    public async Task When_pods_are_refused_it_says_so_tries_few_and_recovers()
    {
        await using var cluster = await StartAsync();
        var attempts = 0;
        cluster.Api.Refuse = r => r is { Verb: WriteVerb.Create, Resource.Kind: "Pod" } && Interlocked.Increment(ref attempts) > 0 ? new ApiException(StatusReason.Forbidden, "exceeded quota: q") : null;
        cluster.Api.Add(SetOf("web", 100));

        var rs = await cluster.UntilAsync<ReplicaSet>(Default, "web", r => r.Status.Conditions.Count == 1, "the failure shows");
        Assert.Equal(("ReplicaFailure", "True", "FailedCreate"), (rs.Status.Conditions[0].Type, rs.Status.Conditions[0].Status, rs.Status.Conditions[0].Reason));
        Assert.Contains("exceeded quota", rs.Status.Conditions[0].Message);
        Assert.True(attempts < 20, $"{attempts} attempts for a template that is always refused");

        cluster.Api.Refuse = null;
        cluster.Api.Change<ReplicaSet>(Default, "web", r => r with { Spec = r.Spec with { Replicas = 2 } });
        await cluster.UntilAsync<ReplicaSet>(Default, "web", r => r.Status is { Replicas: 2, Conditions.Count: 0 }, "the failure is gone");
    }

    [Fact]
    public async Task A_pod_counts_as_available_only_after_minReadySeconds()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(SetOf("web", 1) with { Spec = SetOf("web", 1).Spec with { MinReadySeconds = 600 } });
        await cluster.RunUntilAsync(() => cluster.Api.Find<ReplicaSet>(Default, "web")!.Status.ReadyReplicas == 1, "ready");
        await cluster.SettleAsync();
        Assert.Null(cluster.Api.Find<ReplicaSet>(Default, "web")!.Status.AvailableReplicas);

        await cluster.UntilAsync(
            () =>
            {
                // By the minute, since the controller sets its clock at a time of its own.
                cluster.Time.Advance(TimeSpan.FromMinutes(1));
                return cluster.Api.Find<ReplicaSet>(Default, "web")!.Status.AvailableReplicas == 1;
            },
            "available");
    }

    [Fact]
    public async Task A_settled_set_writes_nothing()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(SetOf("web", 2));
        await cluster.RunUntilAsync(() => cluster.Api.Find<ReplicaSet>(Default, "web")!.Status.AvailableReplicas == 2, "available");
        await cluster.RestAsync();
        var writes = cluster.Api.Writes.Count;

        cluster.Time.Advance(TimeSpan.FromMinutes(10));
        await cluster.SettleAsync();

        Assert.Equal(writes, cluster.Api.Writes.Count);
    }

    [Fact]
    public async Task A_replication_controller_does_the_same()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(new ReplicationController { Metadata = new ObjectMeta { Namespace = Default, Name = "rc" }, Spec = new ReplicationControllerSpec { Replicas = 2, Selector = Labels("rc"), Template = Template("rc") } });

        await cluster.RunUntilAsync(() => cluster.Api.Find<ReplicationController>(Default, "rc")!.Status.ReadyReplicas == 2, "two are ready");

        Assert.All(cluster.Pods(), p => Assert.Equal("ReplicationController", p.Metadata.OwnerReferences.Single().Kind));
    }

    private static ReplicaSet SetOf(string name, int replicas) => new()
    {
        Metadata = new ObjectMeta { Namespace = Default, Name = name },
        Spec = new ReplicaSetSpec { Replicas = replicas, Selector = Selector(name), Template = Template(name) },
    };
}
