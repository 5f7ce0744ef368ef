using LiteKube.Api;
using LiteKube.Api.Apps.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Testing;
using static LiteKube.Controllers.Tests.ControllerCluster;

namespace LiteKube.Controllers.Tests;

public sealed class DeploymentTests
{
    private const string Revision = "deployment.kubernetes.io/revision";

    [Fact]
    public async Task It_makes_a_ReplicaSet_and_becomes_available()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Of("web", 3));

        var web = await CompleteAsync(cluster, "web");

        var rs = cluster.Api.All<ReplicaSet>().Single();
        var hash = rs.Metadata.Labels["pod-template-hash"];
        Assert.Equal($"web-{hash}", rs.Metadata.Name);
        Assert.Equal(hash, rs.Spec.Selector.MatchLabels["pod-template-hash"]);
        Assert.All(cluster.Pods(), p => Assert.Equal(hash, p.Metadata.Labels["pod-template-hash"]));
        Assert.Equal("1", web.Metadata.Annotations[Revision]);
        Assert.Equal("1", rs.Metadata.Annotations[Revision]);
        Assert.Equal(("True", "MinimumReplicasAvailable"), Condition(web, "Available"));
        Assert.Equal(("True", "NewReplicaSetAvailable"), Condition(web, "Progressing"));
        Assert.Equal($"ReplicaSet \"{rs.Metadata.Name}\" has successfully progressed.", web.Status.Conditions.Single(c => c.Type == "Progressing").Message);
    }

    [Fact]
    public async Task A_new_template_rolls_within_surge_and_unavailable()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Of("web", 10, surge: 3, unavailable: 2));
        await CompleteAsync(cluster, "web");

        SetImage(cluster, "web", "web:2");
        var (most, least) = (0, 10);
        await cluster.RunUntilAsync(
            () =>
            {
                // What is asked for: a ReplicaSet may still be about to delete what it was told to.
                most = Math.Max(most, cluster.Api.All<ReplicaSet>().Sum(rs => rs.Spec.Replicas ?? 0));
                least = Math.Min(least, cluster.ActivePods().Count(p => p.Status.Phase == "Running"));
                return IsComplete(cluster, "web");
            },
            "the rollout is complete");

        Assert.True(most <= 13, $"{most} pods asked for at once");
        Assert.True(least >= 8, $"only {least} were available");
        Assert.All(cluster.ActivePods(), p => Assert.Equal("web:2", p.Spec.Containers[0].Image));
        Assert.Equal("2", cluster.Api.Find<Deployment>(Default, "web")!.Metadata.Annotations[Revision]);
        Assert.Contains(cluster.Api.All<ReplicaSet>(), rs => rs.Spec.Replicas == 0 && rs.Metadata.Annotations[Revision] == "1");
    }

    [Fact]
    public async Task Going_back_to_an_old_template_takes_its_ReplicaSet_under_a_new_revision()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Of("web", 2));
        await CompleteAsync(cluster, "web");
        var first = cluster.Api.All<ReplicaSet>().Single().Metadata.Name;
        SetImage(cluster, "web", "web:2");
        await CompleteAsync(cluster, "web");

        SetImage(cluster, "web", "web:1");
        await CompleteAsync(cluster, "web");

        Assert.Equal(2, cluster.Api.All<ReplicaSet>().Count);
        var rs = cluster.Api.Find<ReplicaSet>(Default, first!)!;
        Assert.Equal((2, "3", "1"), (rs.Spec.Replicas, rs.Metadata.Annotations[Revision], rs.Metadata.Annotations["deployment.kubernetes.io/revision-history"]));
    }

    [Fact]
    public async Task The_order_of_labels_makes_no_new_template()
    {
        await using var cluster = await StartAsync();
        var template = Template("web");
        cluster.Api.Add(Of("web", 1) with { Spec = Of("web", 1).Spec with { Template = template with { Metadata = new ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = "web", ["a"] = "1" } } } } });
        await CompleteAsync(cluster, "web");

        cluster.Api.Change<Deployment>(Default, "web", d => d with { Spec = d.Spec with { Template = template with { Metadata = new ObjectMeta { Labels = new Dictionary<string, string> { ["a"] = "1", ["app"] = "web" } } } } });
        await cluster.SettleAsync();

        Assert.Single(cluster.Api.All<ReplicaSet>());
    }

    [Fact]
    public async Task An_adopted_ReplicaSets_revision_is_counted_on_in_64_bits()
    {
        await using var cluster = await StartAsync(api => api.Add(new ReplicaSet
        {
            Metadata = new ObjectMeta { Namespace = Default, Name = "old", Labels = Labels("web"), Annotations = new Dictionary<string, string> { [Revision] = "3546343826724305832" } },
            Spec = new ReplicaSetSpec { Replicas = 1, Selector = Selector("web"), Template = Template("web", "old:1") },
        }));
        cluster.Api.Add(Of("web", 1));

        var web = await CompleteAsync(cluster, "web");

        Assert.Equal("3546343826724305833", web.Metadata.Annotations[Revision]);
        Assert.Equal(0, cluster.Api.Find<ReplicaSet>(Default, "old")!.Spec.Replicas);
    }

    [Fact]
    public async Task Recreate_never_has_old_and_new_together()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Of("web", 3) with { Spec = Of("web", 3).Spec with { Strategy = new DeploymentStrategy { Type = "Recreate" } } });
        await CompleteAsync(cluster, "web");

        SetImage(cluster, "web", "web:2");
        var together = false;
        await cluster.RunUntilAsync(
            () =>
            {
                together |= cluster.Pods().Select(p => p.Spec.Containers[0].Image).Distinct().Count() > 1;
                return IsComplete(cluster, "web");
            },
            "the rollout is complete");

        Assert.False(together);
    }

    [Fact]
    public async Task Scaling_in_a_stuck_rollout_is_shared_out_by_size()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Of("web", 10, surge: 3, unavailable: 2));
        await CompleteAsync(cluster, "web");
        SetImage(cluster, "web", "web:404");
        await cluster.RunUntilAsync(() => Sizes(cluster) == (8, 5), "the rollout is stuck at 8 and 5");
        await cluster.SettleAsync();

        cluster.Api.Change<Deployment>(Default, "web", d => d with { Spec = d.Spec with { Replicas = 30 } });

        await cluster.RunUntilAsync(() => Sizes(cluster) == (20, 13), "20 and 13");

        static (int, int) Sizes(FakeCluster cluster)
        {
            var sets = cluster.Api.All<ReplicaSet>();
            return (sets.First(s => s.Spec.Template!.Spec!.Containers[0].Image == "web:1").Spec.Replicas ?? 1, sets.FirstOrDefault(s => s.Spec.Template!.Spec!.Containers[0].Image == "web:404")?.Spec.Replicas ?? 0);
        }
    }

    [Fact]
    public async Task A_rollout_on_top_of_a_stuck_one_gives_up_the_stuck_pods_first()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Of("web", 4));
        await CompleteAsync(cluster, "web");
        SetImage(cluster, "web", "web:404");
        await cluster.RunUntilAsync(() => cluster.ActivePods().Any(p => p.Spec.Containers[0].Image == "web:404"), "the bad pods are there");

        SetImage(cluster, "web", "web:3");
        await CompleteAsync(cluster, "web");

        Assert.All(cluster.ActivePods(), p => Assert.Equal("web:3", p.Spec.Containers[0].Image));
    }

    [Fact]
    public async Task A_rollout_that_stands_still_times_out_and_recovers()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Of("web", 1, image: "web:404") with { Spec = Of("web", 1, image: "web:404").Spec with { ProgressDeadlineSeconds = 60 } });
        await cluster.UntilAsync(() => cluster.Pods().Count == 1, "the pod is there");
        await cluster.SettleAsync();

        cluster.Time.Advance(TimeSpan.FromSeconds(65));

        var web = await cluster.UntilAsync<Deployment>(Default, "web", d => Condition(d, "Progressing") == ("False", "ProgressDeadlineExceeded"), "timed out");
        Assert.Contains("has timed out progressing.", web.Status.Conditions.Single(c => c.Type == "Progressing").Message);
        SetImage(cluster, "web", "web:2");
        Assert.Equal(("True", "NewReplicaSetAvailable"), Condition(await CompleteAsync(cluster, "web"), "Progressing"));
    }

    [Fact]
    public async Task Paused_it_scales_and_does_not_roll()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Of("web", 1));
        await CompleteAsync(cluster, "web");
        cluster.Api.Change<Deployment>(Default, "web", d => d with { Spec = d.Spec with { Paused = true, Replicas = 3, Template = Template("web", "web:2") } });

        await cluster.RunUntilAsync(() => cluster.ActivePods().Count == 3, "scaled");
        await cluster.SettleAsync();

        Assert.All(cluster.ActivePods(), p => Assert.Equal("web:1", p.Spec.Containers[0].Image));
        Assert.Equal(("Unknown", "DeploymentPaused"), Condition(cluster.Api.Find<Deployment>(Default, "web")!, "Progressing"));
        cluster.Api.Change<Deployment>(Default, "web", d => d with { Spec = d.Spec with { Paused = null } });
        await CompleteAsync(cluster, "web");
        Assert.All(cluster.ActivePods(), p => Assert.Equal("web:2", p.Spec.Containers[0].Image));
    }

    [Fact]
    public async Task Old_ReplicaSets_beyond_the_history_are_deleted()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Of("web", 1) with { Spec = Of("web", 1).Spec with { RevisionHistoryLimit = 0 } });
        await CompleteAsync(cluster, "web");

        SetImage(cluster, "web", "web:2");
        await CompleteAsync(cluster, "web");

        await cluster.RunUntilAsync(() => cluster.Api.All<ReplicaSet>().Count == 1, "only the present one is left");
    }

    [Fact]
    public async Task A_name_taken_by_another_template_is_avoided()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Of("web", 1));
        await CompleteAsync(cluster, "web");
        var taken = cluster.Api.All<ReplicaSet>().Single().Metadata.Name!;
        cluster.Api.Change<ReplicaSet>(Default, taken, r => r with { Spec = r.Spec with { Template = Template("web", "other:1") } });

        await cluster.RunUntilAsync(() => cluster.Api.All<ReplicaSet>().Any(r => r.Metadata.Name != taken), "another was made");

        Assert.Equal(1, cluster.Api.Find<Deployment>(Default, "web")!.Status.CollisionCount);
    }

    [Fact]
    public async Task Conditions_of_others_and_a_changed_status_survive_and_are_put_right()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Of("web", 1));
        await CompleteAsync(cluster, "web");

        cluster.Api.Change<Deployment>(Default, "web", d => d with { Status = d.Status with { ReadyReplicas = null, Conditions = [.. d.Status.Conditions, new DeploymentCondition { Type = "StatusUpdate", Status = "True" }] } });

        var web = await cluster.UntilAsync<Deployment>(Default, "web", d => d.Status.ReadyReplicas == 1, "put right");
        Assert.Contains(web.Status.Conditions, c => c.Type == "StatusUpdate");
    }

    [Fact]
    public async Task A_failure_to_create_pods_shows_on_the_Deployment()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Refuse = r => r is { Verb: WriteVerb.Create, Resource.Kind: "Pod" } ? new ApiException(StatusReason.Forbidden, "exceeded quota") : null;
        cluster.Api.Add(Of("web", 1));

        await cluster.UntilAsync<Deployment>(Default, "web", d => d.Status.Conditions.Any(c => c is { Type: "ReplicaFailure", Status: "True", Reason: "FailedCreate" }), "it shows");
    }

    [Fact]
    public async Task Deleting_a_Deployment_collects_all_it_made()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Of("web", 2));
        await CompleteAsync(cluster, "web");

        cluster.Api.Delete<Deployment>(Default, "web", new DeleteOptions { PropagationPolicy = "Background" });

        await cluster.RunUntilAsync(() => cluster.Api.All<ReplicaSet>().Count == 0 && cluster.Pods().Count == 0, "all is gone");
    }

    private static (string, string?) Condition(Deployment deployment, string type) => deployment.Status.Conditions.Where(c => c.Type == type).Select(c => (c.Status, c.Reason)).FirstOrDefault();

    private static void SetImage(FakeCluster cluster, string name, string image) =>
        cluster.Client.UpdateAsync<Deployment>(Default, name, d => d with { Spec = d.Spec with { Template = Template(name, image) } }).AsTask().GetAwaiter().GetResult();

    private static bool IsComplete(FakeCluster cluster, string name)
    {
        var deployment = cluster.Api.Find<Deployment>(Default, name)!;
        var status = deployment.Status;
        return status.ObservedGeneration == deployment.Metadata.Generation && status.UpdatedReplicas == deployment.Spec.Replicas && status.Replicas == deployment.Spec.Replicas && status.AvailableReplicas == deployment.Spec.Replicas
            && deployment.Status.Conditions.Any(c => c is { Type: "Progressing", Reason: "NewReplicaSetAvailable" });
    }

    private static async Task<Deployment> CompleteAsync(FakeCluster cluster, string name)
    {
        await cluster.RunUntilAsync(() => IsComplete(cluster, name), $"{name} is complete");
        return cluster.Api.Find<Deployment>(Default, name)!;
    }

    private static Deployment Of(string name, int replicas, int surge = 1, int unavailable = 0, string image = "web:1") => new()
    {
        Metadata = new ObjectMeta { Namespace = Default, Name = name },
        Spec = new DeploymentSpec
        {
            Replicas = replicas,
            Selector = Selector(name),
            Template = Template(name, image),
            ProgressDeadlineSeconds = 600,
            RevisionHistoryLimit = 10,
            Strategy = new DeploymentStrategy { Type = "RollingUpdate", RollingUpdate = new RollingUpdateDeployment { MaxSurge = surge, MaxUnavailable = unavailable } },
        },
    };
}
