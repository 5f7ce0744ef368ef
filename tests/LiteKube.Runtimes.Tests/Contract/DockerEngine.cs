using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker;
using LiteKube.Runtimes.Docker.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Runtimes.Tests.Contract;

/// <summary>
/// A Docker Engine of the tests' own, with its directories, and mounts and network out of the machine's way. Its processes are the machine's, which
/// statistics need.
/// </summary>
public sealed class DockerEngine : IAsyncLifetime
{
    public const string Image = "example.org/shell:1";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private readonly string _directory = Directory.CreateTempSubdirectory("litekube-docker-").FullName;
    private Process? _process;

    public async Task InitializeAsync()
    {
        var command = $"exec dockerd --data-root '{_directory}/data' --exec-root '{_directory}/exec' --pidfile '{_directory}/pid' --host '{Host}' --bridge none --iptables=false --ip-masq=false --storage-driver overlay2 >'{_directory}/log' 2>&1";
        _process = Process.Start(new ProcessStartInfo("unshare", ["--mount", "--net", "/bin/sh", "-c", command]))!;
        using var limit = new CancellationTokenSource(s_limit);
        while (!await AnswersAsync(limit.Token))
        {
            if (_process.HasExited)
                Assert.Fail("dockerd has ended: " + await File.ReadAllTextAsync(_directory + "/log", limit.Token));
            await Task.Delay(50, limit.Token);
        }

        using var client = new DockerClient(Host, s_limit);
        await client.Images.LoadAsync(BuildImage(), limit.Token);
    }

    public async Task DisposeAsync()
    {
        if (_process is { HasExited: false } process)
        {
            using var stop = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            using var limit = new CancellationTokenSource(s_limit);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        _process?.Dispose();
        await DeleteAsync();
    }

    /// <summary>Helpers of the engine may outlive it by a moment, and write.</summary>
    private async Task DeleteAsync()
    {
        for (var since = TimeProvider.System.GetTimestamp(); ;)
        {
            try
            {
                Directory.Delete(_directory, recursive: true);
                return;
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(since) < s_limit)
            {
                await Task.Delay(50);
            }
        }
    }

    public IContainerRuntime Open() => new DockerRuntime(new DockerRuntimeOptions { Host = Host }, TimeProvider.System, NullLogger<DockerRuntime>.Instance);

    public string Host => $"unix://{_directory}/docker.sock";

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var runtime = Open();
            await runtime.GetInfoAsync(cancellationToken);
            return true;
        }
        catch (RuntimeException)
        {
            return false;
        }
    }

    /// <summary>Busybox under the names of what the contract runs.</summary>
    private static byte[] BuildImage()
    {
        var busybox = File.ReadAllBytes("/bin/busybox");
        var layer = new TarArchive();
        foreach (var name in (string[])["sh", "sleep", "cat"])
            layer.Add("bin/" + name, busybox, executable: true);
        var layerBytes = layer.ToArray();
        var config = $$$"""
            {"architecture":"{{{(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64")}}}","os":"linux","config":{"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["sha256:{{{Convert.ToHexStringLower(SHA256.HashData(layerBytes))}}}"]} }
            """;
        var archive = new TarArchive();
        archive.Add("layer.tar", layerBytes, executable: false);
        archive.Add("config.json", Encoding.UTF8.GetBytes(config), executable: false);
        archive.Add("manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"config.json","RepoTags":["{{Image}}"],"Layers":["layer.tar"]}]"""), executable: false);
        return archive.ToArray();
    }
}
