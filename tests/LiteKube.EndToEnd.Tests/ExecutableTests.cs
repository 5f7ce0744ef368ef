using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests;

/// <summary>The one file that is LiteKube, and what it says when something is missing.</summary>
public sealed class ExecutableTests
{
    [Fact]
    public async Task It_needs_libc_and_its_kin_only()
    {
        var libraries = (await Shell.RunAsync(["ldd", TestCluster.Executable])).Ok().Split('\n').Select(l => l.Trim().Split(' ')[0].Split('/')[^1]).ToArray();
        var kin = new[] { "linux-vdso.so", "ld-linux", "libc.so", "libm.so", "libpthread.so", "libdl.so", "librt.so", "libgcc_s.so", "libstdc++.so" };
        Assert.All(libraries, library => Assert.Contains(kin, k => library.StartsWith(k, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Copied_alone_it_works_without_dotnet()
    {
        await using var cluster = new TestCluster(HostRuntime.Native);
        var host = await cluster.AddHostAsync("alone");
        var directory = host.Directory + "/empty";
        // The machine's .NET is hidden from it, and nothing stands beside it.
        await host.RunAsync("bash", "-c", "for d in /usr/share/dotnet /usr/lib/dotnet /root/.dotnet /root/.nuget; do if [ -d $d ]; then mount -t tmpfs none $d; fi; done");
        await host.RunAsync("mkdir", directory);
        await host.RunAsync("cp", TestCluster.Executable, directory + "/litekube");
        string[] alone = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", directory + "/litekube"];
        Assert.Contains("Kubernetes v1.36", await host.RunAsync([.. alone, "version"]));
        using var server = host.Start(false, [.. alone, "server", "--data-dir", directory + "/data", "--write-kubeconfig", directory + "/kubeconfig.yaml"]);
        await Eventually.True("its node is Ready", async () => (await host.TryAsync("kubectl", "--kubeconfig", directory + "/kubeconfig.yaml", "wait", "node", "--all", "--for=condition=Ready", "--timeout=5s")).ExitCode == 0);
        await host.TryAsync("pkill", "-TERM", "-x", "litekube");
    }

    [Fact]
    public async Task Every_verb_explains_itself()
    {
        foreach (var verb in new[] { "server", "agent", "check", "cleanup", "version" })
        {
            var help = (await Shell.RunAsync([TestCluster.Executable, verb, "--help"])).Ok();
            Assert.Contains("Usage:", help);
        }

        var server = (await Shell.RunAsync([TestCluster.Executable, "server", "--help"])).Ok();
        foreach (var flag in new[] { "--data-dir", "--write-kubeconfig", "--https-listen-port", "--node-name", "--disable-agent", "--runtime", "--docker-host", "--config" })
            Assert.Contains(flag, server);
    }

    [Theory]
    [InlineData("--https-listen-port", "0x", "--https-listen-port")]
    [InlineData("--cluster-cidr", "ten", "--cluster-cidr")]
    [InlineData("--docker-host", "unix:///nowhere.sock", "/nowhere.sock")]
    [InlineData("--config", "/nowhere.yaml", "/nowhere.yaml")]
    public async Task A_bad_setting_is_named_with_its_remedy(string flag, string value, string named)
    {
        var directory = Path.Combine(Path.GetTempPath(), "litekube-" + Guid.NewGuid().ToString("N"));
        var result = await Shell.RunAsync([TestCluster.Executable, "server", "--data-dir", directory, "--write-kubeconfig", directory + "/k.yaml", flag, value]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(named, result.All);
        Assert.DoesNotContain("   at LiteKube", result.All);
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }
}
