using System.Diagnostics;
using LiteKube.EndToEnd.Tests.Hosts;
using LiteKube.Testing;

namespace LiteKube.EndToEnd.Tests.Kubectl;

/// <summary>The published executable without an agent, on a free port of the loopback: what kubectl needs of a cluster that runs no pods.</summary>
public sealed class ApiOnlyServer : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("litekube-kubectl-").FullName;
    private Process? _process;

    public string Kubeconfig => _directory + "/kubeconfig.yaml";

    public async Task InitializeAsync()
    {
        var command = $"exec {TestCluster.Executable} server --disable-agent --bind-address 127.0.0.1 --advertise-address 127.0.0.1 --https-listen-port {FreePort.Take()} --data-dir '{_directory}/data' --write-kubeconfig '{Kubeconfig}' >'{_directory}/litekube.log' 2>&1";
        _process = Shell.Start(["bash", "-c", command], withInput: false);
        await Eventually.True("the API server is ready", async () =>
            !_process.HasExited ? (await Try("get", "--raw", "/readyz")).ExitCode == 0
                : throw new Xunit.Sdk.XunitException("litekube has ended: " + await File.ReadAllTextAsync(_directory + "/litekube.log")));
    }

    public async Task DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await Shell.RunAsync(["kill", "-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    internal Task<ShellResult> Try(params string[] arguments) => TryWith(null, arguments);

    internal Task<ShellResult> TryWith(string? input, params string[] arguments) => Shell.RunAsync(["kubectl", "--kubeconfig", Kubeconfig, .. arguments], input);

    internal async Task<string> Run(params string[] arguments) => (await Try(arguments)).Ok();

    internal async Task<string> RunWith(string input, params string[] arguments) => (await TryWith(input, arguments)).Ok();

    /// <summary>A namespace of the test's own, with the account that pods of it run as.</summary>
    internal async Task<string> NewNamespace()
    {
        var name = $"t-{Guid.NewGuid():N}"[..14];
        await Run("create", "namespace", name);
        await Eventually.True("the default account is there", async () => (await Try("-n", name, "get", "serviceaccount", "default")).ExitCode == 0);
        return name;
    }
}

[CollectionDefinition(Name)]
public sealed class KubectlCollection : ICollectionFixture<ApiOnlyServer>
{
    public const string Name = "kubectl against an API server alone";
}
