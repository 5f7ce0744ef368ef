using System.Text.Json.Nodes;

namespace LiteKube.EndToEnd.Tests.Hosts;

/// <summary>LiteKube's own runtime: the machine runs nothing but its first process.</summary>
internal sealed class NativeOnHost : HostRuntime
{
    public override string Daemon => "";

    public override string[] Flags(TestHost host) => ["--runtime", "native"];

    public override Task LoadImagesAsync(TestHost host, string archive) => host.RunAsync(TestCluster.Executable, "images", "import", "--data-dir", host.Directory + "/litekube", archive);

    public override Task KillAsync(TestHost host, string containerId) => host.RunAsync("sh", "-c", $"kill -9 $(cat {Root(host)}/containers/{containerId}/pid)");

    /// <summary>Containers by their processes, sandboxes by the network namespaces that are held.</summary>
    public override async Task<string[]> RunningAsync(TestHost host) => Lines(await host.RunAsync("sh", "-c", $$"""
        for file in {{Root(host)}}/containers/*/pid; do
            pid=$(cat $file 2>/dev/null) && [ -d /proc/$pid ] && echo "$file $pid"
        done
        for held in $(grep -o '/run/litekube/sandboxes/[^ ]*/net' /proc/mounts); do stat -L -c '%n %i' $held; done
        """));

    public override Task<string[]> OfPodsAsync(TestHost host, string pod) => Task.FromResult(
        (string[])[.. Records(host, "sandboxes", "sandbox.json").Concat(Records(host, "containers", "container.json")).Where(r => r.Pod.Contains(pod, StringComparison.Ordinal)).Select(r => r.Id).Order(StringComparer.Ordinal)]);

    /// <summary>Read of the files, which have their names when they are whole; what is removed in between is not there.</summary>
    private static IEnumerable<(string Id, string Pod)> Records(TestHost host, string kind, string file)
    {
        var directory = Path.Combine(Root(host), kind);
        foreach (var one in Directory.Exists(directory) ? Directory.GetDirectories(directory) : [])
        {
            JsonNode record;
            try
            {
                record = JsonNode.Parse(File.ReadAllText(Path.Combine(one, file)))!;
            }
            catch (IOException)
            {
                continue;
            }

            yield return ((string)record["Id"]!, (string)record["Pod"]!["Name"]!);
        }
    }

    private static string Root(TestHost host) => host.Directory + "/litekube/agent/containers";
}
