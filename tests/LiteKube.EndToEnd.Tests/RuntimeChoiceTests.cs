using System.Net.Sockets;
using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests;

/// <summary>What <c>--runtime auto</c> takes, as <c>litekube check</c> tells it.</summary>
public sealed class RuntimeChoiceTests : IAsyncLifetime
{
    private readonly TestCluster _cluster = new(HostRuntime.Native);
    private TestHost _host = null!;

    private string DataDirectory => _host.Directory + "/litekube";

    public async Task InitializeAsync() => _host = await _cluster.AddHostAsync("choice");

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Native_comes_first_and_what_the_machine_ran_before_stays()
    {
        using var docker = await ListenAsDockerAsync();
        Assert.Contains("native (it comes first): ", await EngineAsync());
        await RememberAsync("Docker");
        Assert.Contains("Docker Engine at unix:///var/run/docker.sock (this machine ran it before", await EngineAsync());
        await RememberAsync("Native");
        Assert.Contains("native (this machine ran it before): ", await EngineAsync());
        Assert.Contains("native (asked for): ", await EngineAsync("--runtime", "native"));
        Assert.Contains("Docker Engine at unix:///var/run/docker.sock (asked for", await EngineAsync("--runtime", "docker"));
    }

    [Fact]
    public async Task Docker_is_taken_where_only_it_is()
    {
        using var docker = await ListenAsDockerAsync();
        await HideMonitorAsync();
        Assert.Contains("Docker Engine at unix:///var/run/docker.sock (the programs of the native runtime are missing)", await EngineAsync());
        await RememberAsync("Native");
        Assert.Contains("Docker Engine at unix:///var/run/docker.sock (the programs of the native runtime are missing)", await EngineAsync());
    }

    [Fact]
    public async Task Where_neither_is_the_distribution_s_install_line_is_given()
    {
        await HideMonitorAsync();
        Assert.Contains("install crun conmon", await EngineAsync());
        var server = await _host.TryAsync(TestCluster.Executable, "server", "--data-dir", DataDirectory, "--write-kubeconfig", _host.Directory + "/kubeconfig.yaml");
        Assert.NotEqual(0, server.ExitCode);
        Assert.Contains("conmon is not installed", server.All);
        Assert.Contains("install crun conmon", server.All);
        Assert.Contains("Docker Engine", server.All);
    }

    private async Task<string> EngineAsync(params string[] flags) =>
        (await _host.TryAsync([TestCluster.Executable, "check", "--data-dir", DataDirectory, .. flags])).Output.Split('\n').Single(l => l.Contains("engine", StringComparison.Ordinal));

    private async Task RememberAsync(string runtime)
    {
        Directory.CreateDirectory(DataDirectory + "/agent");
        await File.WriteAllTextAsync(DataDirectory + "/agent/runtime", runtime);
    }

    /// <summary>A socket of the file system is reached from any network namespace.</summary>
    private async Task<Socket> ListenAsDockerAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_host.Directory + "/docker.sock"));
        socket.Listen();
        await _host.RunAsync("ln", "-s", _host.Directory + "/docker.sock", "/run/docker.sock");
        return socket;
    }

    /// <summary>From this machine alone: its directory is covered by one without it.</summary>
    private Task HideMonitorAsync() => _host.RunAsync("sh", "-ec", """
        monitor=$(readlink -f "$(command -v conmon)")
        directory=$(dirname "$monitor")
        mkdir -p /run/hidden/upper /run/hidden/work
        mount -t overlay -o "lowerdir=$directory,upperdir=/run/hidden/upper,workdir=/run/hidden/work" overlay "$directory"
        rm "$monitor"
        """);
}
