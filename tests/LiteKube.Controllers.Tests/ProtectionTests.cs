using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using static LiteKube.Controllers.Tests.ControllerCluster;

namespace LiteKube.Controllers.Tests;

public sealed class ProtectionTests
{
    [Fact]
    public async Task A_claim_stays_until_no_pod_uses_it()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(new PersistentVolumeClaim { Metadata = new ObjectMeta { Namespace = Default, Name = "c" } });
        await cluster.UntilAsync<PersistentVolumeClaim>(Default, "c", c => c.Metadata.Finalizers.Contains("kubernetes.io/pvc-protection"), "the finalizer");
        cluster.Api.Add(new Pod
        {
            Metadata = new ObjectMeta { Namespace = Default, Name = "p" },
            Spec = new PodSpec { NodeName = "node", Volumes = [new Volume { Name = "v", PersistentVolumeClaim = new PersistentVolumeClaimVolumeSource { ClaimName = "c" } }], Containers = [new Container { Name = "c", Image = "x" }] },
        });

        cluster.Api.Delete<PersistentVolumeClaim>(Default, "c");
        await cluster.SettleAsync();
        Assert.NotNull(cluster.Api.Find<PersistentVolumeClaim>(Default, "c"));

        cluster.Api.Delete<Pod>(Default, "p", new DeleteOptions { GracePeriodSeconds = 0 });
        await cluster.UntilAsync(() => cluster.Api.Find<PersistentVolumeClaim>(Default, "c") is null, "the claim is gone");
    }

    [Fact]
    public async Task A_volume_stays_while_it_is_bound()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(new PersistentVolume { Metadata = new ObjectMeta { Name = "v" } });
        await cluster.UntilAsync<PersistentVolume>(null, "v", v => v.Metadata.Finalizers.Contains("kubernetes.io/pv-protection"), "the finalizer");
        cluster.Api.Change<PersistentVolume>(null, "v", v => v with { Status = v.Status with { Phase = "Bound" } });

        cluster.Api.Delete<PersistentVolume>(null, "v");
        await cluster.SettleAsync();
        Assert.NotNull(cluster.Api.Find<PersistentVolume>(null, "v"));

        cluster.Api.Change<PersistentVolume>(null, "v", v => v with { Status = v.Status with { Phase = "Released" } });
        await cluster.UntilAsync(() => cluster.Api.Find<PersistentVolume>(null, "v") is null, "the volume is gone");
    }
}
