using LiteKube.Api;
using LiteKube.Api.Apps.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Testing;
using static LiteKube.Controllers.Tests.ControllerCluster;

namespace LiteKube.Controllers.Tests;

/// <summary>ConfigMaps stand for any kind: the collector knows only metadata.</summary>
public sealed class GarbageTests
{
    [Fact]
    public async Task What_has_lost_its_only_owner_is_deleted_down_the_chain()
    {
        await using var cluster = await StartAsync();
        var top = cluster.Api.Add(Map("top"));
        var middle = cluster.Api.Add(Map("middle", top));
        cluster.Api.Add(Map("bottom", middle));
        cluster.Api.Add(Map("free"));
        await cluster.SettleAsync();
        Assert.NotNull(cluster.Api.Find<ConfigMap>(Default, "bottom"));

        cluster.Api.Delete<ConfigMap>(Default, "top");

        await cluster.UntilAsync(() => cluster.Api.Find<ConfigMap>(Default, "bottom") is null && cluster.Api.Find<ConfigMap>(Default, "middle") is null, "both are gone");
        await cluster.SettleAsync();
        Assert.NotNull(cluster.Api.Find<ConfigMap>(Default, "free"));
    }

    [Fact]
    public async Task An_owner_that_never_was_is_found_missing_also_after_a_restart()
    {
        var ghost = Map("ghost") with { Metadata = Map("ghost").Metadata with { Uid = "no-such-uid" } };
        await using var cluster = await StartAsync(api => api.Add(Map("orphan", ghost)));

        await cluster.UntilAsync(() => cluster.Api.Find<ConfigMap>(Default, "orphan") is null, "deleted");
    }

    [Fact]
    public async Task An_owner_recreated_under_the_same_name_is_another()
    {
        await using var cluster = await StartAsync();
        var owner = cluster.Api.Add(Map("owner"));
        cluster.Api.Add(Map("child", owner));
        await cluster.SettleAsync();

        cluster.Api.Delete<ConfigMap>(Default, "owner");
        cluster.Api.Add(Map("owner"));

        await cluster.UntilAsync(() => cluster.Api.Find<ConfigMap>(Default, "child") is null, "deleted");
    }

    [Fact]
    public async Task An_owner_of_an_unknown_kind_counts_as_there()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Map("child") with { Metadata = Map("child").Metadata with { OwnerReferences = [new OwnerReference { ApiVersion = "example.com/v1", Kind = "Thing", Name = "x", Uid = "x" }] } });

        await cluster.SettleAsync();

        Assert.NotNull(cluster.Api.Find<ConfigMap>(Default, "child"));
    }

    [Fact]
    public async Task In_the_foreground_the_owner_waits_for_what_blocks_it()
    {
        // Before the collector begins, so that it knows both when the owner is deleted.
        await using var cluster = await StartAsync(api =>
        {
            var owner = api.Add(Map("owner"));
            api.Add(Map("child", owner) with { Metadata = Map("child", owner).Metadata with { Finalizers = ["example.com/hold"] } });
        });

        cluster.Api.Delete<ConfigMap>(Default, "owner", new DeleteOptions { PropagationPolicy = "Foreground" });
        await cluster.UntilAsync<ConfigMap>(Default, "child", c => c.Metadata.DeletionTimestamp is not null, "the child is told to go");
        await cluster.SettleAsync();
        Assert.NotNull(cluster.Api.Find<ConfigMap>(Default, "owner"));

        cluster.Api.Change<ConfigMap>(Default, "child", c => c with { Metadata = c.Metadata with { Finalizers = [] } });

        await cluster.UntilAsync(() => cluster.Api.Find<ConfigMap>(Default, "owner") is null && cluster.Api.Find<ConfigMap>(Default, "child") is null, "both are gone");
    }

    [Fact]
    public async Task In_the_foreground_a_deployment_goes_after_its_sets_and_pods()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(new Deployment { Metadata = new ObjectMeta { Namespace = Default, Name = "web" }, Spec = new DeploymentSpec { Replicas = 2, Selector = Selector("web"), Template = Template("web") } });
        await cluster.RunUntilAsync(() => cluster.Api.Find<Deployment>(Default, "web")!.Status.AvailableReplicas == 2, "available");

        cluster.Api.Delete<Deployment>(Default, "web", new DeleteOptions { PropagationPolicy = "Foreground" });
        await cluster.UntilAsync(() => cluster.Pods().All(p => p.Metadata.DeletionTimestamp is not null), "the pods stop");
        await cluster.SettleAsync();
        Assert.NotNull(cluster.Api.Find<Deployment>(Default, "web"));

        await cluster.RunUntilAsync(() => cluster.Api.Find<Deployment>(Default, "web") is null && cluster.Pods().Count == 0, "all are gone");
    }

    [Fact]
    public async Task Orphaning_lets_the_dependents_go()
    {
        // Before the collector begins, so that it knows both when the owner is deleted.
        await using var cluster = await StartAsync(api => api.Add(Map("child", api.Add(Map("owner")))));

        cluster.Api.Delete<ConfigMap>(Default, "owner", new DeleteOptions { PropagationPolicy = "Orphan" });

        await cluster.UntilAsync(() => cluster.Api.Find<ConfigMap>(Default, "owner") is null, "the owner is gone");
        await cluster.SettleAsync();
        Assert.Empty(cluster.Api.Find<ConfigMap>(Default, "child")!.Metadata.OwnerReferences);
    }

    [Fact]
    public async Task With_two_owners_it_stays_and_lets_go_of_the_one_that_waits()
    {
        // Before the collector begins, so that it knows all three when one is deleted.
        ConfigMap staying = null!;
        await using var cluster = await StartAsync(api =>
        {
            var going = api.Add(Map("going"));
            staying = api.Add(Map("staying"));
            api.Add(Map("child", going, staying));
        });

        cluster.Api.Delete<ConfigMap>(Default, "going", new DeleteOptions { PropagationPolicy = "Foreground" });

        await cluster.UntilAsync(() => cluster.Api.Find<ConfigMap>(Default, "going") is null, "the one is gone");
        Assert.Equal(staying.Metadata.Uid, cluster.Api.Find<ConfigMap>(Default, "child")!.Metadata.OwnerReferences.Single().Uid);
    }

    [Fact]
    public async Task A_circle_of_owners_is_deleted()
    {
        await using var cluster = await StartAsync();
        var a = cluster.Api.Add(Map("a"));
        var b = cluster.Api.Add(Map("b", a));
        var c = cluster.Api.Add(Map("c", b));
        cluster.Api.Change<ConfigMap>(Default, "a", m => m with { Metadata = m.Metadata with { OwnerReferences = [c.ControllerReferenceForTest()] } });
        await cluster.SettleAsync();

        cluster.Api.Delete<ConfigMap>(Default, "a", new DeleteOptions { PropagationPolicy = "Foreground" });

        await cluster.UntilAsync(() => cluster.Api.All<ConfigMap>(Default).All(m => m.Metadata.Name == "kube-root-ca.crt"), "all three are gone");
    }

    [Fact]
    public async Task A_cluster_that_rests_asks_for_nothing()
    {
        await using var cluster = await StartAsync();
        var owner = cluster.Api.Add(Map("owner"));
        cluster.Api.Add(Map("child", owner));
        await cluster.RestAsync();
        var writes = cluster.Api.Writes.Count;

        cluster.Time.Advance(TimeSpan.FromHours(1));
        await cluster.SettleAsync();

        Assert.Equal(writes, cluster.Api.Writes.Count);
    }

    private static ConfigMap Map(string name, params ConfigMap[] owners) => new()
    {
        Metadata = new ObjectMeta { Namespace = Default, Name = name, OwnerReferences = [.. owners.Select(o => o.ControllerReferenceForTest())] },
    };
}

internal static class GarbageTestExtensions
{
    public static OwnerReference ControllerReferenceForTest(this ConfigMap owner) =>
        new() { ApiVersion = "v1", Kind = "ConfigMap", Name = owner.Metadata.Name!, Uid = owner.Metadata.Uid!, BlockOwnerDeletion = true };
}
