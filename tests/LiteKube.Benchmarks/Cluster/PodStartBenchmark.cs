using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.Benchmarks.Cluster;

/// <summary>One pod of one container from create to Running as a watch sees it, turn by turn with the same two containers made by the Docker Engine alone.</summary>
internal sealed class PodStartBenchmark : IBenchmark
{
    private const int Rounds = 20;

    public string Name => "pod-start";

    public async Task RunAsync(string directory, Report report)
    {
        await using var cluster = await TestCluster.StartAsync();
        var host = cluster.Server;
        using var proxy = cluster.StartKubectl("proxy", "--unix-socket=" + host.Directory + "/api.sock");
        await Eventually.True("kubectl proxy listens", () => Task.FromResult(File.Exists(host.Directory + "/api.sock")));
        using var api = Client(host.Directory + "/api.sock");
        using var docker = Client(host.Directory + "/docker.sock");
        var pods = new List<double>();
        var raw = new List<double>();
        for (var round = -2; round < Rounds; round++)
        {
            var pod = await PodAsync(api, $"bench-{round + 2}");
            var containers = await ContainersAsync(docker, $"raw-{round + 2}");
            if (round < 0)
                continue;
            pods.Add(pod);
            raw.Add(containers);
        }

        proxy.Kill(entireProcessTree: true);
        report.Line("pod, create to Running, median", StartBenchmark.Median(pods), "ms");
        report.Line("the same two containers by Docker alone, median", StartBenchmark.Median(raw), "ms");
        report.Line("ratio", StartBenchmark.Median(pods) / StartBenchmark.Median(raw), "");
    }

    private static async Task<double> PodAsync(HttpClient api, string name)
    {
        using var watch = await api.GetAsync($"api/v1/namespaces/default/pods?watch=true&fieldSelector=metadata.name={name}", HttpCompletionOption.ResponseHeadersRead);
        using var events = new StreamReader(await watch.Content.ReadAsStreamAsync());
        var pod = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["terminationGracePeriodSeconds"] = 0,
                ["automountServiceAccountToken"] = false,
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "sample/busybox:1", ["command"] = new JsonArray("sleep", "1000") }),
            },
        };
        var start = Stopwatch.GetTimestamp();
        using var created = await api.PostAsync("api/v1/namespaces/default/pods", Json(pod));
        created.EnsureSuccessStatusCode();
        while (await events.ReadLineAsync() is { } line)
            if ((string?)JsonNode.Parse(line)!["object"]!["status"]?["phase"] == "Running")
                break;
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        using var deleted = await api.DeleteAsync($"api/v1/namespaces/default/pods/{name}?gracePeriodSeconds=0");
        while (await events.ReadLineAsync() is { } line)
            if ((string?)JsonNode.Parse(line)!["type"] == "DELETED")
                break;
        return elapsed;
    }

    private static async Task<double> ContainersAsync(HttpClient docker, string name)
    {
        var start = Stopwatch.GetTimestamp();
        var sandbox = await CreateAsync(docker, name + "-pause", new JsonObject { ["Image"] = "litekube/pause:1", ["HostConfig"] = new JsonObject { ["NetworkMode"] = "none", ["IpcMode"] = "shareable" } });
        var main = await CreateAsync(docker, name + "-main", new JsonObject
        {
            ["Image"] = "sample/busybox:1",
            ["Cmd"] = new JsonArray("sleep", "1000"),
            ["HostConfig"] = new JsonObject { ["NetworkMode"] = "container:" + sandbox, ["IpcMode"] = "container:" + sandbox },
        });
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        foreach (var id in new[] { main, sandbox })
            using (await docker.DeleteAsync($"containers/{id}?force=true"))
            {
            }

        return elapsed;
    }

    private static async Task<string> CreateAsync(HttpClient docker, string name, JsonObject config)
    {
        using var created = await docker.PostAsync("containers/create?name=" + name, Json(config));
        var answer = await created.Content.ReadAsStringAsync();
        var id = (string?)JsonNode.Parse(answer)!["Id"] ?? throw new InvalidOperationException(answer);
        using var started = await docker.PostAsync($"containers/{id}/start", null);
        started.EnsureSuccessStatusCode();
        return id;
    }

    private static StringContent Json(JsonObject value) => new(value.ToJsonString(), Encoding.UTF8, "application/json");

    private static HttpClient Client(string socketPath) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://localhost/"),
    };
}
