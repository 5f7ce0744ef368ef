using System.Text.Json.Nodes;
using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests;

/// <summary>litekube dies; the application does not.</summary>
public abstract class RestartTests(OneNodeCluster node)
{
    private readonly TestCluster _cluster = node.Cluster;

    [Fact]
    public async Task After_kill_9_the_application_goes_on_and_is_adopted_untouched()
    {
        var containers = await RunningContainersAsync();
        Assert.True(containers.Length >= 10, $"five pods and their sandboxes run: {containers.Length}");
        var objects = await ObjectsAsync();
        var url = $"http://{await Sample.WebAddressAsync(_cluster)}/";

        await _cluster.KillLiteKubeAsync(_cluster.Server);
        for (var i = 0; i < 20; i++)
            Assert.Contains("hello from LiteKube", await Sample.GetAsync(_cluster.Server, url));

        await _cluster.StartServerAsync();
        await _cluster.WaitForNodeReadyAsync("alpha");
        foreach (var deployment in new[] { "redis", "web", "client" })
            await _cluster.Kubectl("rollout", "status", "deployment/" + deployment, "--timeout=300s");
        Assert.Contains("hello from LiteKube", await Sample.GetAsync(_cluster.Server, url));
        Assert.Equal(containers, await RunningContainersAsync());
        Assert.Equal(objects, await ObjectsAsync());
        var restarts = await _cluster.Kubectl("get", "pods", "-A", "-o", "jsonpath={.items[*].status.containerStatuses[*].restartCount}");
        Assert.All(restarts.Split(' '), count => Assert.Equal("0", count));
    }

    [Fact]
    public async Task SIGTERM_ends_litekube_cleanly_and_leaves_the_pods()
    {
        var containers = await RunningContainersAsync();
        await _cluster.StopLiteKubeAsync(_cluster.Server);
        Assert.Equal(0, _cluster.ExitCodeOf(_cluster.Server));
        Assert.Equal(containers, await RunningContainersAsync());
        await _cluster.StartServerAsync();
        await _cluster.WaitForNodeReadyAsync("alpha");
        Assert.Equal(containers, await RunningContainersAsync());
    }

    private Task<string[]> RunningContainersAsync() => _cluster.Runtime.RunningAsync(_cluster.Server);

    /// <summary>kind/namespace/name/uid of everything that a user or controller made and that does not come and go by itself.</summary>
    private async Task<string[]> ObjectsAsync()
    {
        var list = JsonNode.Parse(await _cluster.Kubectl("get", "all,configmaps,secrets,serviceaccounts,namespaces,nodes,clusterroles", "-A", "-o", "json"))!;
        return list["items"]!.AsArray().Select(o => $"{o!["kind"]}/{o["metadata"]!["namespace"]}/{o["metadata"]!["name"]}/{o["metadata"]!["uid"]}").Order().ToArray();
    }
}

public sealed class DockerRestartTests(DockerNode node) : RestartTests(node), IClassFixture<DockerNode>;

public sealed class NativeRestartTests(NativeNode node) : RestartTests(node), IClassFixture<NativeNode>;
