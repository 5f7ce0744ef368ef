using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Testing;
using static LiteKube.Controllers.Tests.ControllerCluster;
using Ns = LiteKube.Api.Core.V1.Namespace;

namespace LiteKube.Controllers.Tests;

public sealed class NamespaceTests
{
    [Fact]
    public async Task Every_namespace_gets_its_service_account_and_CA_and_gets_them_back()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(new Ns { Metadata = new ObjectMeta { Name = "team" } });
        await cluster.UntilAsync(() => cluster.Api.Find<ServiceAccount>("team", "default") is not null, "the account");
        var map = await cluster.UntilAsync<ConfigMap>("team", "kube-root-ca.crt", _ => true, "the CA");
        Assert.Equal("the CA", map.Data["ca.crt"]);

        cluster.Api.Delete<ServiceAccount>("team", "default");
        cluster.Api.Change<ConfigMap>("team", "kube-root-ca.crt", m => m with { Data = new Dictionary<string, string> { ["ca.crt"] = "forged" } });

        await cluster.UntilAsync(() => cluster.Api.Find<ServiceAccount>("team", "default") is not null, "the account again");
        await cluster.UntilAsync<ConfigMap>("team", "kube-root-ca.crt", m => m.Data["ca.crt"] == "the CA", "the CA again");
        cluster.Api.Delete<ConfigMap>("team", "kube-root-ca.crt");
        await cluster.UntilAsync(() => cluster.Api.Find<ConfigMap>("team", "kube-root-ca.crt") is not null, "and again");
    }

    [Fact]
    public async Task A_deleted_namespace_is_emptied_and_goes()
    {
        await using var cluster = await StartAsync();
        Fill(cluster);

        cluster.Api.Delete<Ns>(null, "team");

        await cluster.RunUntilAsync(() => Delete(cluster), "it is gone");
        Assert.Empty(cluster.Api.All<ConfigMap>("team"));
        Assert.Empty(cluster.Api.All<Service>("team"));
        Assert.Empty(cluster.Api.All<ServiceAccount>("team"));
        Assert.NotEmpty(cluster.Api.All<ServiceAccount>(Default));
    }

    [Fact]
    public async Task Pods_go_first_and_one_with_a_finalizer_holds_the_rest_and_is_named()
    {
        await using var cluster = await StartAsync();
        Fill(cluster);
        cluster.Api.Change<Pod>("team", "p", p => p with { Metadata = p.Metadata with { Finalizers = ["example.com/hold"] } });

        cluster.Api.Delete<Ns>(null, "team");

        var ns = await cluster.UntilAsync<Ns>(null, "team", n => n.Status.Conditions.Any(c => c is { Type: "NamespaceDeletionContentFailure", Status: "True" }), "it says what holds it");
        Assert.Equal("Terminating", ns.Status.Phase);
        Assert.Contains(ns.Status.Conditions, c => c is { Type: "NamespaceFinalizersRemaining", Status: "True" } && c.Message!.Contains("example.com/hold"));
        Assert.Contains(ns.Status.Conditions, c => c is { Type: "NamespaceContentRemaining", Status: "True" } && c.Message == "Some resources are remaining: pods. has 1 resource instances");
        cluster.Time.Advance(TimeSpan.FromMinutes(1));
        await cluster.SettleAsync();
        Assert.NotNull(cluster.Api.Find<ConfigMap>("team", "data"));

        cluster.Api.Change<Pod>("team", "p", p => p with { Metadata = p.Metadata with { Finalizers = [] } });

        await cluster.RunUntilAsync(() => Delete(cluster), "it is gone");
    }

    private static bool Delete(FakeCluster cluster)
    {
        foreach (var pod in cluster.Api.All<Pod>("team").Where(p => p.Metadata.DeletionTimestamp is not null))
            cluster.Api.Delete<Pod>("team", pod.Metadata.Name!, new DeleteOptions { GracePeriodSeconds = 0 });
        return cluster.Api.Find<Ns>(null, "team") is null;
    }

    private static void Fill(FakeCluster cluster)
    {
        cluster.Api.Add(new Ns { Metadata = new ObjectMeta { Name = "team" } });
        cluster.Api.Add(new ConfigMap { Metadata = new ObjectMeta { Namespace = "team", Name = "data" } });
        cluster.Api.Add(new Service { Metadata = new ObjectMeta { Namespace = "team", Name = "web" }, Spec = new ServiceSpec { Selector = Labels("web") } });
        cluster.Api.Add(new Pod { Metadata = new ObjectMeta { Namespace = "team", Name = "p" }, Spec = new PodSpec { NodeName = "node", Containers = [new Container { Name = "c" }] } });
        cluster.Api.Add(new LiteKube.Api.Core.V1.Node { Metadata = new ObjectMeta { Name = "node" } });
    }
}
