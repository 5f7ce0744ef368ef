using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Testing;
using static LiteKube.Controllers.Tests.ControllerCluster;

namespace LiteKube.Controllers.Tests;

public sealed class ResourceQuotaTests
{
    [Fact]
    public async Task A_new_quota_gets_its_limits_and_what_is_used_already()
    {
        await using var cluster = await StartAsync(api =>
        {
            api.Add(Map("a"));
            api.Add(Bound("p", "250m"));
        });

        await cluster.UntilAsync<ConfigMap>(Default, "kube-root-ca.crt", _ => true, "the other map of each namespace is there");
        cluster.Api.Add(Quota(("configmaps", "5"), ("pods", "3"), ("requests.cpu", "1"), ("count/deployments.apps", "2")));

        await UsedAsync(cluster, "configmaps=2 count/deployments.apps=0 pods=1 requests.cpu=250m");
        Assert.Equal("5", cluster.Api.Find<ResourceQuota>(Default, "q")!.Status.Hard["configmaps"].ToString());
    }

    [Fact]
    public async Task What_goes_is_given_back()
    {
        await using var cluster = await StartAsync(api => api.Add(Bound("p", "250m")));
        cluster.Api.Add(Quota(("pods", "3"), ("requests.cpu", "1"), ("count/pods", "3")));
        await UsedAsync(cluster, "count/pods=1 pods=1 requests.cpu=250m");

        cluster.Api.Change<Pod>(Default, "p", p => p with { Status = p.Status with { Phase = "Succeeded" } });
        await UsedAsync(cluster, "count/pods=1 pods=0 requests.cpu=0");

        cluster.Api.Delete<Pod>(Default, "p", new DeleteOptions { GracePeriodSeconds = 0 });
        await UsedAsync(cluster, "count/pods=0 pods=0 requests.cpu=0");
    }

    [Fact]
    public async Task What_was_claimed_and_never_made_is_given_back_once_the_claims_have_calmed()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Quota(("secrets", "5")));
        await UsedAsync(cluster, "secrets=0");

        // Admission's part: it counts up before the object is stored.
        cluster.Api.Change<ResourceQuota>(Default, "q", q => q with { Status = q.Status with { Used = new Dictionary<string, Quantity> { ["secrets"] = Quantity.FromValue(2) } } });

        await UsedAsync(cluster, "secrets=0");
    }

    [Fact]
    public async Task Changed_limits_reach_the_status()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(Quota(("secrets", "5")));
        await UsedAsync(cluster, "secrets=0");

        cluster.Api.Change<ResourceQuota>(Default, "q", q => q with { Spec = q.Spec with { Hard = new Dictionary<string, Quantity> { ["services"] = Quantity.FromValue(7) } } });

        await UsedAsync(cluster, "services=0");
    }

    [Fact]
    public async Task Scopes_choose_what_is_counted()
    {
        await using var cluster = await StartAsync(api =>
        {
            api.Add(Bound("bound", "250m"));
            api.Add(Bound("besteffort", null));
        });

        var quota = Quota(("pods", "3"));
        cluster.Api.Add(quota with { Spec = quota.Spec with { Scopes = ["BestEffort"] } });

        await UsedAsync(cluster, "pods=1");
    }

    private static ConfigMap Map(string name) => new() { Metadata = new ObjectMeta { Namespace = Default, Name = name } };

    private static Pod Bound(string name, string? cpu) => new()
    {
        Metadata = new ObjectMeta { Namespace = Default, Name = name },
        Spec = new PodSpec
        {
            NodeName = "node",
            Containers = [new Container { Name = "c", Image = "x", Resources = cpu is null ? null : new ResourceRequirements { Requests = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse(cpu) } } }],
        },
    };

    private static ResourceQuota Quota(params (string Name, string Amount)[] hard) => new()
    {
        Metadata = new ObjectMeta { Namespace = Default, Name = "q" },
        Spec = new ResourceQuotaSpec { Hard = hard.ToDictionary(h => h.Name, h => Quantity.Parse(h.Amount)) },
    };

    private static Task UsedAsync(FakeCluster cluster, string used) => cluster.UntilAsync(
        () => cluster.Api.Find<ResourceQuota>(Default, "q") is { } quota && string.Join(' ', quota.Status.Used.OrderBy(u => u.Key, StringComparer.Ordinal).Select(u => $"{u.Key}={u.Value}")) == used,
        used);

    private static Task<FakeCluster> StartAsync(Action<FakeApi>? before = null) => ControllerCluster.StartAsync(before);
}
