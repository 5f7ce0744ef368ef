namespace LiteKube.EndToEnd.Tests.Hosts;

/// <summary>A Docker Engine of the machine's own.</summary>
internal sealed class DockerOnHost : HostRuntime
{
    public override string Daemon => "dockerd";

    public override string[] Flags(TestHost host) => ["--docker-host", $"unix://{host.Directory}/docker.sock"];

    public override Task LoadImagesAsync(TestHost host, string archive) => host.RunAsync("docker", "load", "--quiet", "--input", archive);

    public override Task KillAsync(TestHost host, string containerId) => host.RunAsync("docker", "kill", containerId);

    public override async Task<string[]> RunningAsync(TestHost host) => Lines(await host.RunAsync("docker", "ps", "-q", "--no-trunc", "--filter", "label=io.litekube"));

    public override async Task<string[]> OfPodsAsync(TestHost host, string pod) => Lines(await host.RunAsync("docker", "ps", "-aq", "--filter", "label=io.litekube", "--filter", "name=" + pod));
}
