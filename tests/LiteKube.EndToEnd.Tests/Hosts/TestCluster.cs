using System.Diagnostics;

namespace LiteKube.EndToEnd.Tests.Hosts;

/// <summary>The published executable on one or more test hosts, used through kubectl as a user would.</summary>
/// <param name="runtime">Docker where none is named.</param>
internal sealed class TestCluster(HostRuntime? runtime = null) : IAsyncDisposable
{
    private static int s_count;

    private readonly string _fabric = $"{Environment.ProcessId % 100000}{Interlocked.Increment(ref s_count)}";
    private readonly Dictionary<TestHost, Process> _processes = [];
    private readonly List<TestHost> _hosts = [];

    public HostRuntime Runtime { get; } = runtime ?? HostRuntime.Docker;

    public TestHost Server => _hosts[0];

    public string Kubeconfig => Server.Directory + "/kubeconfig.yaml";

    public static string Executable { get; } = Environment.GetEnvironmentVariable("LITEKUBE") is { Length: > 0 } path && File.Exists(path) ? path
        : throw new InvalidOperationException("LITEKUBE names no executable; run these tests with ./build.sh test, or publish and set LITEKUBE=artifacts/litekube");

    public static Task<TestCluster> StartAsync(params string[] flags) => StartAsync(HostRuntime.Docker, flags);

    public static async Task<TestCluster> StartAsync(HostRuntime runtime, params string[] flags)
    {
        var cluster = new TestCluster(runtime);
        try
        {
            await cluster.AddHostAsync("alpha");
            await cluster.StartServerAsync(flags);
            await cluster.WaitForNodeReadyAsync("alpha");
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task<TestHost> AddHostAsync(string name)
    {
        var host = await TestHost.UpAsync(Runtime, _fabric, name, 11 + _hosts.Count);
        _hosts.Add(host);
        return host;
    }

    public async Task StartServerAsync(params string[] flags)
    {
        StartLiteKube(Server, ["server", "--data-dir", Server.Directory + "/litekube", "--write-kubeconfig", Kubeconfig, .. flags]);
        await Eventually.True("the API server is ready", async () => (await TryKubectl("get", "--raw", "/readyz")).ExitCode == 0);
    }

    public async Task<TestHost> AddAgentAsync(string name)
    {
        var host = await AddHostAsync(name);
        var token = await File.ReadAllTextAsync(Server.Directory + "/litekube/server/token");
        StartLiteKube(host, ["agent", "--data-dir", host.Directory + "/litekube", "--server", $"https://{Server.Address}:6443", "--join", token.Trim()]);
        await WaitForNodeReadyAsync(name);
        return host;
    }

    /// <summary>Until it is Ready and the scheduler may use it: the taint of a node that was not Ready goes a moment later.</summary>
    public async Task WaitForNodeReadyAsync(string name)
    {
        await Eventually.Get($"node {name} is Ready", () => NodeReadyAsync(name), x => x == "True");
        await Eventually.Get($"node {name} has no taint", () => Kubectl("get", "node", name, "-o", "jsonpath={.spec.taints[*].key}"), x => x == "");
    }

    public Task<string> NodeReadyAsync(string name) => Kubectl("get", "node", name, "-o", "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}");

    /// <summary>SIGKILL to litekube on a host; its containers stay.</summary>
    public async Task KillLiteKubeAsync(TestHost host)
    {
        await host.TryAsync("pkill", "-9", "-x", "litekube");
        await _processes[host].WaitForExitAsync();
    }

    public async Task<ShellResult> StopLiteKubeAsync(TestHost host)
    {
        var result = await host.TryAsync("pkill", "-TERM", "-x", "litekube");
        await _processes[host].WaitForExitAsync(new CancellationTokenSource(Eventually.Limit).Token);
        return result;
    }

    public int ExitCodeOf(TestHost host) => _processes[host].ExitCode;

    public Task<ShellResult> TryKubectl(params string[] arguments) => TryKubectlWith(null, arguments);

    public Task<ShellResult> TryKubectlWith(string? input, params string[] arguments) =>
        Server.TryAsync(["kubectl", "--kubeconfig", Kubeconfig, .. arguments], input);

    public async Task<string> Kubectl(params string[] arguments) => (await TryKubectl(arguments)).Ok();

    public async Task<string> Apply(string manifest) => (await TryKubectlWith(manifest, "apply", "-f", "-")).Ok();

    public Process StartKubectl(params string[] arguments) => Server.Start(true, ["kubectl", "--kubeconfig", Kubeconfig, .. arguments]);

    public async Task<string[]> Names(string resource, string selector) =>
        (await Kubectl("get", resource, "-l", selector, "-o", "jsonpath={.items[*].metadata.name}")).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>For the wreck of a failed test: what the cluster looked like.</summary>
    public async ValueTask DisposeAsync()
    {
        var wreck = Environment.GetEnvironmentVariable("LITEKUBE_TEST_WRECK");
        foreach (var (host, process) in _processes)
        {
            await host.TryAsync("pkill", "-TERM", "-x", "litekube");
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                await host.TryAsync("pkill", "-9", "-x", "litekube");
            }

            if (!string.IsNullOrEmpty(wreck))
            {
                System.IO.Directory.CreateDirectory(wreck);
                File.Copy(host.Directory + "/litekube.log", Path.Combine(wreck, $"{_fabric}-{host.Name}.log"), overwrite: true);
            }

            process.Dispose();
        }

        await TestHost.DownAsync(_fabric);
    }

    private void StartLiteKube(TestHost host, string[] arguments)
    {
        string[] words = [.. arguments, .. Runtime.Flags(host), "--node-name", host.Name];
        var command = $"exec {Executable} {string.Join(' ', words.Select(a => $"'{a}'"))} >>{host.Directory}/litekube.log 2>&1";
        _processes[host] = host.Start(false, "bash", "-c", command);
    }
}
