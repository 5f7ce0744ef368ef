using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests;

/// <summary><c>litekube cleanup</c> leaves a machine as it was, but for the data.</summary>
public abstract class CleanupTests
{
    internal abstract HostRuntime Runtime { get; }

    [Fact]
    public async Task Cleanup_removes_what_litekube_made_and_keeps_the_data()
    {
        await using var cluster = await TestCluster.StartAsync(Runtime);
        await cluster.Apply(Manifest.Deployment("left", replicas: 2));
        await cluster.Kubectl("rollout", "status", "deployment/left", "--timeout=300s");
        await cluster.StopLiteKubeAsync(cluster.Server);
        var host = cluster.Server;
        Assert.NotEmpty(await Runtime.RunningAsync(host));
        await host.RunAsync([TestCluster.Executable, "cleanup", "--data-dir", host.Directory + "/litekube", .. Runtime.Flags(host)]);

        Assert.Empty(await Runtime.RunningAsync(host));
        Assert.Empty(await Runtime.OfPodsAsync(host, ""));
        Assert.DoesNotContain("lk", string.Join(' ', (await host.RunAsync("ip", "-br", "link")).Split('\n').Select(l => l.Split(' ')[0]).Where(n => n.StartsWith("lk", StringComparison.Ordinal))));
        Assert.DoesNotContain("litekube", await host.RunAsync("nft", "list", "ruleset"));
        Assert.DoesNotContain("LITEKUBE", (await host.TryAsync("iptables-save")).Output);
        Assert.DoesNotContain(host.Directory + "/litekube", await host.RunAsync("cat", "/proc/mounts"));
        Assert.Equal("", await host.RunAsync("find", "/run", "-path", "*litekube*"));
        Assert.Equal("", await host.RunAsync("find", "/sys/fs/cgroup", "-name", "litekube"));
        // A monitor ends by itself when its container has.
        await Eventually.Get("no program of LiteKube's runs", () => host.RunAsync("ps", "-eo", "comm="), programs => !programs.Split('\n').Any(program => program is "conmon" or "litekube"));
        Assert.NotEmpty(Directory.GetFiles(host.Directory + "/litekube", "*.db", SearchOption.AllDirectories));

        await cluster.StartServerAsync();
        await cluster.Kubectl("rollout", "status", "deployment/left", "--timeout=300s");
    }
}

public sealed class DockerCleanupTests : CleanupTests
{
    internal override HostRuntime Runtime => HostRuntime.Docker;
}

public sealed class NativeCleanupTests : CleanupTests
{
    internal override HostRuntime Runtime => HostRuntime.Native;
}
