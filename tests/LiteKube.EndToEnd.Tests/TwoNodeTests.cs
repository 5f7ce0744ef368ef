using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests;

/// <summary>A second machine joins with the token, works, is cut off and comes back.</summary>
public abstract class TwoNodeTests : IAsyncLifetime
{
    private TestCluster _cluster = null!;

    internal abstract HostRuntime Runtime { get; }

    public async Task InitializeAsync() =>
        _cluster = await TestCluster.StartAsync(Runtime, "--node-monitor-grace-period", "10", "--default-unreachable-toleration-seconds", "5");

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_joined_node_runs_pods_is_survived_and_comes_back_clean()
    {
        var beta = await _cluster.AddAgentAsync("beta");
        await _cluster.Apply(Manifest.Load("spread.yaml"));
        await _cluster.Kubectl("rollout", "status", "deployment/spread", "--timeout=300s");
        var pods = await PodsAsync();
        Assert.Equal(["alpha", "beta"], pods.Select(p => p.Node).Distinct().Order());

        // Every pod reaches every other pod, and the service with backends on both nodes; logs and exec go through the server.
        foreach (var from in new[] { pods.First(p => p.Node == "alpha"), pods.First(p => p.Node == "beta") })
        {
            // Routes, names and rules reach each node in their own time.
            foreach (var to in pods)
                await Eventually.Get($"{from.Name} on {from.Node} reaches {to.Name} on {to.Node}", () => AskAsync(from.Name, to.Address), page => page.Contains("welcome"));
            await Eventually.Get($"{from.Name} on {from.Node} reaches the service", () => AskAsync(from.Name, "spread"), page => page.Contains("welcome"));
            for (var i = 0; i < 10; i++)
                Assert.Contains("welcome", await AskAsync(from.Name, "spread"));
        }

        await Eventually.Get("logs of a pod on beta", () => _cluster.Kubectl("logs", pods.First(p => p.Node == "beta").Name), log => log.Contains("GET / HTTP"));

        // Cut off: NotReady, its pods evicted and replaced on the other node.
        var betaPods = pods.Where(p => p.Node == "beta").ToArray();
        await beta.CutCableAsync();
        await Eventually.Get("beta is not Ready", () => _cluster.NodeReadyAsync("beta"), x => x == "Unknown");
        await Eventually.True("four pods run on alpha", async () => (await PodsAsync()).Count(p => p is { Node: "alpha", Ready: "true" }) == 4);
        Assert.Contains("node.kubernetes.io/unreachable", await _cluster.Kubectl("get", "node", "beta", "-o", "jsonpath={.spec.taints[*].key}"));

        // Healed: Ready, the evicted pods gone for good, no container of theirs left.
        await beta.HealCableAsync();
        await _cluster.WaitForNodeReadyAsync("beta");
        await Eventually.Get("the taints are gone", () => _cluster.Kubectl("get", "node", "beta", "-o", "jsonpath={.spec.taints[*].key}"), x => x == "");
        await Eventually.True("the evicted pods are gone", async () => !(await PodsAsync()).Any(p => betaPods.Any(b => b.Name == p.Name)));
        foreach (var gone in betaPods)
            await Eventually.Get("no container of " + gone.Name, () => Runtime.OfPodsAsync(beta, gone.Name), left => left.Length == 0);
        await _cluster.Apply(Manifest.Pod("again", node: "beta"));
        await _cluster.Kubectl("wait", "pod/again", "--for=condition=Ready", "--timeout=300s");
    }

    [Fact]
    public async Task A_wrong_token_is_refused_with_the_step_and_the_remedy()
    {
        var gamma = await _cluster.AddHostAsync("gamma");
        var token = (await File.ReadAllTextAsync(_cluster.Server.Directory + "/litekube/server/token")).Trim();
        var forged = token[..3] + (token[3] == '0' ? '1' : '0') + token[4..];
        var result = await gamma.TryAsync([TestCluster.Executable, "agent", "--data-dir", gamma.Directory + "/litekube", "--server", $"https://{_cluster.Server.Address}:6443",
            "--join", forged, .. Runtime.Flags(gamma), "--node-name", "gamma"]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("token", result.All);
        Assert.Contains($"{_cluster.Server.Address}:6443", result.All);
    }

    private Task<string> AskAsync(string pod, string host) => _cluster.Kubectl("exec", pod, "--", "timeout", "60", "wget", "-qO-", $"http://{host}/");

    private async Task<(string Name, string Node, string Address, string Ready)[]> PodsAsync() =>
        (await _cluster.Kubectl("get", "pods", "-l", "app=spread", "-o", "jsonpath={range .items[*]}{.metadata.name},{.spec.nodeName},{.status.podIP},{.status.containerStatuses[0].ready}{\"\\n\"}{end}"))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(',')).Select(w => (w[0], w[1], w[2], w[3])).ToArray();
}

public sealed class DockerTwoNodeTests : TwoNodeTests
{
    internal override HostRuntime Runtime => HostRuntime.Docker;
}

public sealed class NativeTwoNodeTests : TwoNodeTests
{
    internal override HostRuntime Runtime => HostRuntime.Native;
}
