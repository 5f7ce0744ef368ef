using LiteKube.Api.Batch.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Testing;

namespace LiteKube.Controllers.Tests;

public sealed class JobTtlTests
{
    [Fact]
    public async Task A_finished_job_goes_when_its_time_is_over()
    {
        await using var cluster = await ControllerCluster.StartAsync();
        cluster.Api.Add(Finished(cluster, "done", "Complete", 60));
        cluster.Api.Add(Finished(cluster, "failed", "Failed", 60));
        cluster.Api.Add(Finished(cluster, "kept", "Complete", null));
        cluster.Api.Add(new Job { Metadata = new ObjectMeta { Namespace = "default", Name = "running" }, Spec = new JobSpec { TtlSecondsAfterFinished = 0 } });
        await cluster.SettleAsync();
        Assert.NotNull(Find(cluster, "done"));

        await cluster.UntilAsync(
            () =>
            {
                cluster.Time.Advance(TimeSpan.FromSeconds(10));
                return IsGoing(cluster, "done") && IsGoing(cluster, "failed");
            },
            "both are being deleted");
        await cluster.SettleAsync();
        Assert.False(IsGoing(cluster, "kept"));
        Assert.False(IsGoing(cluster, "running"));
    }

    private static Job Finished(FakeCluster cluster, string name, string condition, int? ttl) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name },
        Spec = new JobSpec { TtlSecondsAfterFinished = ttl },
        Status = new JobStatus { Conditions = [new JobCondition { Type = condition, Status = "True", LastTransitionTime = cluster.Time.GetUtcNow() }] },
    };

    private static Job? Find(FakeCluster cluster, string name) => cluster.Api.Find<Job>("default", name);

    private static bool IsGoing(FakeCluster cluster, string name) => Find(cluster, name) is not { Metadata.DeletionTimestamp: null };
}
