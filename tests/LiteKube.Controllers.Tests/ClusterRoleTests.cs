using LiteKube.Api.Meta.V1;
using LiteKube.Api.Rbac.V1;
using LiteKube.Testing;

namespace LiteKube.Controllers.Tests;

public sealed class ClusterRoleTests
{
    [Fact]
    public async Task An_aggregated_role_follows_the_roles_that_it_gathers()
    {
        await using var cluster = await ControllerCluster.StartAsync();
        cluster.Api.Add(new ClusterRole { Metadata = new ObjectMeta { Name = "whole" }, AggregationRule = Gathers("whole"), Rules = [Rule("stale")] });
        cluster.Api.Add(Part("b", "whole", "secrets"));
        cluster.Api.Add(Part("a", "whole", "pods"));
        cluster.Api.Add(Part("other", "else", "nodes"));

        await cluster.UntilAsync<ClusterRole>(null, "whole", r => Resources(r) == "pods,secrets", "gathered in the order of names");

        cluster.Api.Delete<ClusterRole>(null, "b");
        cluster.Api.Add(Part("c", "whole", "pods"));
        await cluster.UntilAsync<ClusterRole>(null, "whole", r => Resources(r) == "pods", "the same rule once");
    }

    [Fact]
    public async Task Roles_that_gather_each_other_come_to_rest()
    {
        await using var cluster = await ControllerCluster.StartAsync();
        cluster.Api.Add(Part("part", "inner", "pods"));
        cluster.Api.Add(new ClusterRole { Metadata = new ObjectMeta { Name = "inner", Labels = Label("outer") }, AggregationRule = Gathers("inner") });
        cluster.Api.Add(new ClusterRole { Metadata = new ObjectMeta { Name = "outer", Labels = Label("inner") }, AggregationRule = Gathers("outer") });

        await cluster.UntilAsync<ClusterRole>(null, "outer", r => Resources(r) == "pods", "by way of the inner one");
        await cluster.SettleAsync();
        Assert.Equal("pods", Resources(cluster.Api.Find<ClusterRole>(null, "inner")!));
    }

    private static ClusterRole Part(string name, string of, string resource) => new() { Metadata = new ObjectMeta { Name = name, Labels = Label(of) }, Rules = [Rule(resource)] };

    private static PolicyRule Rule(string resource) => new() { Verbs = ["get"], ApiGroups = [""], Resources = [resource] };

    private static Dictionary<string, string> Label(string of) => new() { ["to-" + of] = "true" };

    private static AggregationRule Gathers(string of) => new() { ClusterRoleSelectors = [new LabelSelector { MatchLabels = Label(of) }] };

    private static string Resources(ClusterRole role) => string.Join(',', role.Rules.SelectMany(r => r.Resources));
}
