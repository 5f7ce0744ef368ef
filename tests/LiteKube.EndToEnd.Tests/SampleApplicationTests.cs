using System.Diagnostics;
using System.Text.RegularExpressions;
using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests;

/// <summary>A three-tier application on one node, used as its owner would with kubectl.</summary>
public abstract partial class SampleApplicationTests(OneNodeCluster node)
{
    private readonly TestCluster _cluster = node.Cluster;

    [Fact]
    public async Task Requests_to_the_cluster_IP_spread_over_all_replicas()
    {
        var url = $"http://{await Sample.WebAddressAsync(_cluster)}/";
        var seen = new HashSet<string>();
        await Eventually.True("three replicas answered", async () =>
        {
            seen.Add(ServedBy().Match(await Sample.GetAsync(_cluster.Server, url)).Groups[1].Value);
            return seen.Count == 3;
        });
        Assert.Equal((await _cluster.Names("pods", "app=web")).Order(), seen.Order());
    }

    [Fact]
    public async Task The_node_port_answers_on_the_node_address_and_on_loopback()
    {
        var port = await Sample.WebNodePortAsync(_cluster);
        Assert.Contains("hello from LiteKube", await Sample.GetAsync(_cluster.Server, $"http://{_cluster.Server.Address}:{port}/"));
        Assert.Contains("hello from LiteKube", await Sample.GetAsync(_cluster.Server, $"http://127.0.0.1:{port}/"));
    }

    [Theory]
    [InlineData("web")]
    [InlineData("web.default")]
    [InlineData("web.default.svc.cluster.local")]
    public async Task A_pod_reaches_the_service_by_DNS_name(string name) =>
        Assert.Contains("hello from LiteKube", await _cluster.Kubectl("exec", "deploy/client", "--", "timeout", "60", "wget", "-qO-", $"http://{name}/"));

    [Fact]
    public async Task A_pod_reaches_the_API_server_as_kubernetes_default()
    {
        var answer = await _cluster.Kubectl("exec", "deploy/web", "-c", "nginx", "--", "sh", "-c",
            "cd /var/run/secrets/kubernetes.io/serviceaccount && curl -sS --max-time 60 --cacert ca.crt -H \"Authorization: Bearer $(cat token)\" https://kubernetes.default/version");
        Assert.Contains("\"minor\": \"36\"", answer.Replace("\":\"", "\": \""));
    }

    [Fact]
    public async Task The_client_counts_its_answers_in_redis()
    {
        var first = int.Parse(await Eventually.Get("a counter", RedisAnswersAsync, answers => answers.Length > 0));
        await Eventually.True("the counter moves", async () => int.TryParse(await RedisAnswersAsync(), out var now) && now > first);
    }

    [Fact]
    public async Task Logs_follow_shows_new_lines_as_they_come()
    {
        using var logs = _cluster.StartKubectl("logs", "-f", "deploy/client", "--tail=1");
        for (var i = 0; i < 4; i++)
            await ReadAnswerAsync(logs);
        logs.Kill(entireProcessTree: true);
    }

    [Fact]
    public async Task Logs_take_tail_timestamps_and_limit_bytes()
    {
        // It was Ready with its first line.
        await Eventually.Get("more than two lines", () => _cluster.Kubectl("logs", "deploy/client"), log => log.Split('\n').Length > 2);
        Assert.Equal(2, (await _cluster.Kubectl("logs", "deploy/client", "--tail=2")).Split('\n').Length);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z ", await _cluster.Kubectl("logs", "deploy/client", "--tail=1", "--timestamps"));
        Assert.Single((await _cluster.TryKubectl("logs", "deploy/client", "--limit-bytes=1")).Output);
    }

    [Fact]
    public async Task Exec_passes_stdin_output_and_exit_code()
    {
        var result = await _cluster.TryKubectlWith("over stdin\n", "exec", "-i", "deploy/web", "-c", "nginx", "--", "sh", "-c", "cat; echo to stderr >&2; exit 7");
        Assert.Equal("over stdin\n", result.Output);
        Assert.Contains("to stderr", result.Error);
        Assert.Equal(7, result.ExitCode);
    }

    [Fact]
    public async Task Exec_with_a_terminal_has_one()
    {
        var kubectl = $"kubectl --kubeconfig {_cluster.Kubeconfig} exec -it deploy/web -c nginx -- sh -c 'tty; stty size'";
        var output = await _cluster.Server.RunAsync("script", "-qec", kubectl, "/dev/null");
        Assert.Contains("/dev/pts/", output);
    }

    [Fact]
    public async Task Cp_copies_a_file_into_a_pod_and_back()
    {
        var pod = (await _cluster.Names("pods", "app=client"))[0];
        var directory = _cluster.Server.Directory;
        await _cluster.Server.RunAsync("sh", "-c", $"head -c 5000000 /dev/urandom >{directory}/sent");
        await _cluster.Kubectl("cp", $"{directory}/sent", $"{pod}:/tmp/copy");
        await _cluster.Kubectl("cp", $"{pod}:/tmp/copy", $"{directory}/back");
        await _cluster.Server.RunAsync("cmp", $"{directory}/sent", $"{directory}/back");
    }

    [Fact]
    public async Task Port_forward_reaches_pod_and_service()
    {
        var pod = (await _cluster.Names("pods", "app=web"))[0];
        await ForwardAsync("pod/" + pod, 80, pod);
        await ForwardAsync("service/web", 80, "hello from LiteKube");
    }

    [Fact]
    public async Task Attach_shows_what_the_process_prints()
    {
        using var attach = _cluster.StartKubectl("attach", "deploy/client");
        await ReadAnswerAsync(attach);
        attach.Kill(entireProcessTree: true);
    }

    [Fact]
    public async Task Get_wide_and_describe_tell_what_an_operator_looks_for()
    {
        var wide = await _cluster.Kubectl("get", "pods", "-o", "wide", "-l", "app=web");
        Assert.Matches(@"NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE\s+IP\s+NODE", wide);
        Assert.Matches(@"web-\S+\s+1/1\s+Running\s+\d+.*\s10\.42\.\d+\.\d+\s+alpha", wide);
        Assert.Matches(@"web\s+3/3\s+3\s+3", await _cluster.Kubectl("get", "deployment", "web"));
        Assert.Matches(@"alpha\s+Ready", await _cluster.Kubectl("get", "nodes", "-o", "wide"));

        // Events are written behind what they tell of.
        string[] wanted = ["Status:           Running", "Controlled By:  ReplicaSet/redis-", "QoS Class:", "Successfully assigned default/redis-", "Started"];
        await Eventually.Get(string.Join(", ", wanted), () => _cluster.Kubectl("describe", "pod", "-l", "app=redis"), pod => wanted.All(line => pod.Contains(line, StringComparison.Ordinal)));
        Assert.Contains("NewReplicaSet:", await _cluster.Kubectl("describe", "deployment", "web"));
        Assert.Contains("Endpoints:", await _cluster.Kubectl("describe", "service", "web"));
        Assert.Contains("Allocated resources:", await _cluster.Kubectl("describe", "node", "alpha"));
    }

    private Task<string> RedisAnswersAsync() => _cluster.Kubectl("exec", "deploy/redis", "--", "redis-cli", "get", "answers");

    /// <summary>The next line of standard output that tells of an answer; what its programs complain about while the application starts stands between.</summary>
    private static async Task ReadAnswerAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync(limit.Token);
            Assert.NotNull(line);
        }
        while (!line.Contains("answer", StringComparison.Ordinal));
    }

    private async Task ForwardAsync(string target, int port, string expected)
    {
        using var forward = _cluster.StartKubectl("port-forward", target, $":{port}");
        using var limit = new CancellationTokenSource(Eventually.Limit);
        var line = await forward.StandardOutput.ReadLineAsync(limit.Token);
        var local = Forwarding().Match(line ?? "").Groups[1].Value;
        Assert.NotEqual("", local);
        for (var i = 0; i < 3; i++)
            Assert.Contains(expected, await Sample.GetAsync(_cluster.Server, $"http://127.0.0.1:{local}/"));
        forward.Kill(entireProcessTree: true);
    }

    [GeneratedRegex(@"served by (\S+) on alpha")]
    private static partial Regex ServedBy();

    [GeneratedRegex(@"Forwarding from 127\.0\.0\.1:(\d+)")]
    private static partial Regex Forwarding();
}

[Collection(DockerNodeCollection.Name)]
public sealed class DockerSampleApplicationTests(DockerNode node) : SampleApplicationTests(node);

[Collection(NativeNodeCollection.Name)]
public sealed class NativeSampleApplicationTests(NativeNode node) : SampleApplicationTests(node);
