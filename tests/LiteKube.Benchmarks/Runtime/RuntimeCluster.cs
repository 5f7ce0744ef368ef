using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using LiteKube.EndToEnd.Tests.Hosts;
using LiteKube.Testing;

namespace LiteKube.Benchmarks.Runtime;

/// <summary>A node on one of the runtimes, its API as an ordinary client sees it, and what its processes cost.</summary>
internal sealed class RuntimeCluster : IAsyncDisposable
{
    public const string Pods = "api/v1/namespaces/default/pods";
    public const string Image = "sample/busybox:1";

    private const string Address = "https://127.0.0.1:6443";
    private const double NanosecondsPerMillisecond = 1e6;
    private const int KilobytesPerMegabyte = 1024;

    private readonly TestCluster _cluster;
    private readonly SocketsHttpHandler _handler;
    private readonly string _cgroup;
    private readonly string _own;

    private RuntimeCluster(TestCluster cluster, string fabricHost)
    {
        _cluster = cluster;
        _cgroup = fabricHost;
        _own = Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])).Select(d => Path.GetFileName(d)).First(IsOwn);
        _handler = Handler();
        Api = new HttpClient(_handler, disposeHandler: false)
        {
            BaseAddress = new Uri(Address),
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public HttpClient Api { get; }

    public static async Task<RuntimeCluster> StartAsync(string runtime)
    {
        var cluster = new TestCluster(runtime == "native" ? HostRuntime.Native : HostRuntime.Docker);
        try
        {
            var host = await cluster.AddHostAsync("bench");
            await cluster.StartServerAsync("--log-level", "warning");
            await cluster.WaitForNodeReadyAsync("bench");
            var fabric = Path.GetFileName(Path.GetDirectoryName(host.Directory))!;
            return new RuntimeCluster(cluster, $"lkh-{fabric}-bench");
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public Task<PodWatch> WatchAsync() => PodWatch.OpenAsync(Api, Pods);

    public async Task CreateAsync(JsonObject pod)
    {
        using var answer = await Api.PostAsync(Pods, new StringContent(pod.ToJsonString(), Encoding.UTF8, "application/json"));
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
    }

    public async Task DeleteAsync(string name)
    {
        using var answer = await Api.DeleteAsync($"{Pods}/{name}");
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>A command through the API, as kubectl 1.36 does it: a WebSocket of its own.</summary>
    public async Task ExecAsync(string pod, string command)
    {
        using var invoker = new HttpMessageInvoker(_handler, disposeHandler: false);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v5.channel.k8s.io");
        await socket.ConnectAsync(new Uri($"{Address.Replace("https", "wss", StringComparison.Ordinal)}/{Pods}/{pod}/exec?command={command}&stdout=true&stderr=true"), invoker, CancellationToken.None);
        var buffer = new byte[4096];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close)
                throw new InvalidOperationException($"exec ended without a status: {socket.CloseStatusDescription}");
            if (received.Count > 1 && buffer[0] == 3)
            {
                var status = Encoding.UTF8.GetString(buffer, 1, received.Count - 1);
                if (!status.Contains("Success", StringComparison.Ordinal))
                    throw new InvalidOperationException(status);
                return;
            }
        }
    }

    /// <summary>Processor time of the whole host so far, in milliseconds: LiteKube, the engine, monitors and containers.</summary>
    public double ProcessorMilliseconds()
    {
        var first = $"/sys/fs/cgroup/cpuacct/{_cgroup}/cpuacct.usage";
        if (File.Exists(first))
            return double.Parse(File.ReadAllText(first), CultureInfo.InvariantCulture) / NanosecondsPerMillisecond;
        var line = File.ReadLines($"/sys/fs/cgroup/{_cgroup}/cpu.stat").First(l => l.StartsWith("usage_usec ", StringComparison.Ordinal));
        return double.Parse(line["usage_usec ".Length..], CultureInfo.InvariantCulture) / 1e3;
    }

    /// <summary>Of it what LiteKube's process itself used, in the kernel's ticks of 10 ms.</summary>
    public double OwnProcessorMilliseconds()
    {
        const int MillisecondsPerTick = 10;
        var stat = File.ReadAllText($"/proc/{_own}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) * MillisecondsPerTick;
    }

    /// <summary>Resident memory of the host's processes by name, in MB; what processes share is divided among them.</summary>
    public Dictionary<string, double> MemoryByProgram()
    {
        var result = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                if (!File.ReadAllText(Path.Combine(process, "cgroup")).Contains(_cgroup, StringComparison.Ordinal))
                    continue;
                var name = File.ReadAllText(Path.Combine(process, "comm")).Trim();
                var line = File.ReadLines(Path.Combine(process, "smaps_rollup")).First(l => l.StartsWith("Pss:", StringComparison.Ordinal));
                result[name] = result.GetValueOrDefault(name) + (double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / KilobytesPerMegabyte);
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // It ended between the listing and the look.
            }
        }

        return result;
    }

    /// <summary>One container that ends at once when it is told to.</summary>
    public static JsonObject Pod(string name, JsonObject? container = null)
    {
        container ??= [];
        container["name"] = "main";
        container["image"] = Image;
        container["command"] = new JsonArray("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done");
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["automountServiceAccountToken"] = false, ["containers"] = new JsonArray(container) },
        };
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        _handler.Dispose();
        await _cluster.DisposeAsync();
    }

    private bool IsOwn(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/comm").Trim() == "litekube" && File.ReadAllText($"/proc/{process}/cgroup").Contains(_cgroup, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It ended between the listing and the look.
            return false;
        }
    }

    private SocketsHttpHandler Handler()
    {
        var handler = NamespaceSockets.Handler("/run/netns/" + _cgroup);
        handler.PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan;
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        handler.SslOptions.ClientCertificates = [KubeconfigIdentity.Read(_cluster.Kubeconfig)];
        return handler;
    }
}
