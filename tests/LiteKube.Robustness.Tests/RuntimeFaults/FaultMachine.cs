using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.EndToEnd.Tests.Hosts;
using LiteKube.Testing;

namespace LiteKube.Robustness.Tests.RuntimeFaults;

/// <summary>A test host with LiteKube on the native runtime, to be killed and started again.</summary>
internal sealed class FaultMachine : IAsyncDisposable
{
    private const string HostName = "fault";
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);
    private static int s_count;

    private readonly string _fabric;
    private readonly TestHost _host;
    private Process? _litekube;

    private FaultMachine(string fabric, TestHost host)
    {
        _fabric = fabric;
        _host = host;
        Directory.CreateDirectory(Starts);
    }

    public string NetworkNamespace => $"/run/netns/{CgroupName}";

    /// <summary>Of the host, in every hierarchy of the real machine.</summary>
    public string CgroupName => $"lkh-{_fabric}-{HostName}";

    public string DataDirectory => _host.Directory + "/litekube";

    /// <summary>Where containers write that they were started.</summary>
    public string Starts => _host.Directory + "/starts";

    public string Log => _host.Directory + "/litekube.log";

    /// <summary>The host's first process: its view of mounts is the host's.</summary>
    public int FirstProcess => int.Parse(File.ReadAllText(_host.Directory + "/pid"), CultureInfo.InvariantCulture);

    public static async Task<FaultMachine> UpAsync()
    {
        var fabric = $"{Environment.ProcessId % 100000}f{Interlocked.Increment(ref s_count)}";
        return new FaultMachine(fabric, await TestHost.UpAsync(HostRuntime.Native, fabric, HostName, 11));
    }

    /// <summary>Starts the process and does not wait until it serves.</summary>
    public void Start() => _litekube = _host.Start(false, "bash", "-c",
        $"exec {TestCluster.Executable} server --runtime native --data-dir {DataDirectory} --write-kubeconfig {DataDirectory}/kubeconfig.yaml --node-name {HostName} >>{Log} 2>&1");

    public async Task<ApiClient> ReadyAsync()
    {
        using var limit = new CancellationTokenSource(s_limit);
        while (true)
        {
            if (_litekube!.HasExited)
                throw new InvalidOperationException($"litekube ended with {_litekube.ExitCode}; see {Log}");
            try
            {
                var client = Client();
                if ((await client.GetAsync("/readyz")).Code == 200)
                    return client;
                client.Dispose();
            }
            catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or UnauthorizedAccessException or FormatException or System.Security.Cryptography.CryptographicException)
            {
                // Not yet: there is no kubeconfig, or nobody listens.
            }

            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>SIGKILL to litekube alone.</summary>
    public async Task KillAsync()
    {
        // What was started is a shell that becomes nsenter, which gets a child that becomes litekube.
        while (_litekube is { HasExited: false })
        {
            var found = Processes().Where(p => p.Name == "litekube").ToList();
            foreach (var litekube in found)
                await Shell.RunAsync(["kill", "-KILL", litekube.Id.ToString(CultureInfo.InvariantCulture)]);
            if (found.Count > 0)
                break;
            await Task.Delay(5);
        }

        await EndedAsync();
    }

    /// <summary>SIGTERM, and its orderly end.</summary>
    public async Task StopAsync()
    {
        await _host.RunAsync("pkill", "-TERM", "-x", "litekube");
        await EndedAsync();
    }

    public async Task<string> RunAsync(params string[] command) => await _host.RunAsync(command);

    /// <summary>Runs a command in a container until the server is gone.</summary>
    public async Task ExecAsync(string pod, string[] command, CancellationToken cancellationToken)
    {
        using var handler = Handler();
        using var invoker = new HttpMessageInvoker(handler);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v5.channel.k8s.io");
        await socket.ConnectAsync(new Uri($"wss://127.0.0.1:6443/api/v1/namespaces/default/pods/{pod}/exec?container=main&stdout=true&{string.Join('&', command.Select(c => "command=" + c))}"), invoker, cancellationToken);
        var buffer = new byte[1024];
        while ((await socket.ReceiveAsync(buffer, cancellationToken)).MessageType != WebSocketMessageType.Close)
        {
        }
    }

    /// <summary>All processes of the host, those in containers too, by the real machine's numbers.</summary>
    public IReadOnlyList<HostProcess> Processes()
    {
        var result = new List<HostProcess>();
        foreach (var directory in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                var cgroup = File.ReadAllText(Path.Combine(directory, "cgroup"));
                if (!cgroup.Contains("/" + CgroupName, StringComparison.Ordinal))
                    continue;
                var stat = File.ReadAllText(Path.Combine(directory, "stat"));
                var name = stat[(stat.IndexOf('(') + 1)..stat.LastIndexOf(')')];
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                if (fields[0] == "Z")
                    continue;
                result.Add(new HostProcess(int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture), name,
                    File.ReadAllText(Path.Combine(directory, "cmdline")), cgroup.Contains($"/{CgroupName}/litekube/", StringComparison.Ordinal)));
            }
            catch (IOException)
            {
                // It ended between the listing and the look.
            }
        }

        return result;
    }

    public async ValueTask DisposeAsync()
    {
        if (_litekube is { HasExited: false })
            await KillAsync();
        _litekube?.Dispose();
        await TestHost.DownAsync(_fabric);
    }

    private async Task EndedAsync()
    {
        await _litekube!.WaitForExitAsync().WaitAsync(s_limit);
        _litekube.Dispose();
        _litekube = null;
    }

    private ApiClient Client() => new(new HttpClient(Handler()) { BaseAddress = new Uri("https://127.0.0.1:6443"), Timeout = s_limit });

    private SocketsHttpHandler Handler()
    {
        var handler = NamespaceSockets.Handler(NetworkNamespace);
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        handler.SslOptions.ClientCertificates = [KubeconfigIdentity.Read(DataDirectory + "/kubeconfig.yaml")];
        return handler;
    }
}

internal sealed record HostProcess(int Id, int Parent, string Name, string CommandLine, bool InContainer);
